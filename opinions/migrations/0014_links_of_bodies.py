import django.db.models.deletion
from django.db import migrations, models

import liaison.base.encryption


class Migration(migrations.Migration):
    dependencies = [
        ("opinions", "0013_matters_gathered"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="by_link",
            field=models.BooleanField(default=False, help_text="the body has no accounts and works by a link"),
        ),
        migrations.CreateModel(
            name="BodyLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", liaison.base.encryption.EncryptedCharField(max_length=100)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_on", models.DateField(help_text="last day on which the link opens, in Asia/Shanghai")),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="opinions.assignment"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("assignment",),
                        name="body_link_one_open",
                    )
                ],
            },
        ),
    ]
