import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import liaison.base.encryption


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0002_promises_counted"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", liaison.base.encryption.EncryptedCharField(max_length=100)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_on", models.DateField(help_text="last day on which the link opens, in Asia/Shanghai")),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "letter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="supervision.letter"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="letterlink",
            constraint=models.UniqueConstraint(
                condition=models.Q(("revoked_at__isnull", True)), fields=("letter",), name="letter_link_one_open"
            ),
        ),
        migrations.RemoveConstraint(
            model_name="letteranswer",
            name="letter_answer_signed_has_name",
        ),
        migrations.AddField(
            model_name="letteranswer",
            name="signer",
            field=models.CharField(blank=True, max_length=40, verbose_name="签发人姓名"),
        ),
        migrations.AlterField(
            model_name="letteranswer",
            name="written_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="letteranswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "signed"), _negated=True),
                    models.Q(
                        ("signed_at__isnull", False),
                        models.Q(
                            ("signed_by__isnull", False), models.Q(("signer", ""), _negated=True), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="letter_answer_signed_has_name",
            ),
        ),
    ]
