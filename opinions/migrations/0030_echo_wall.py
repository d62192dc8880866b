"""回音壁: what came of opinions, as de-identified copies that two people have read (Z13)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0005_notice_hours"),
        ("deputies", "0002_sign_in_places"),
        ("opinions", "0029_two_letters_of_one_body"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Echo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=7)),
                ("number", models.PositiveSmallIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "草稿"),
                            ("pending", "待审核"),
                            ("sent_back", "退回修改"),
                            ("published", "已公开"),
                            ("replaced", "已有新版"),
                            ("taken_back", "已撤下"),
                            ("dropped", "已作废"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("own_words", models.BooleanField(default=False)),
                ("title", models.CharField(max_length=60, verbose_name="标题")),
                ("raised", models.TextField(verbose_name="群众反映")),
                ("done", models.TextField(verbose_name="办了什么")),
                ("bodies", models.CharField(max_length=200, verbose_name="谁办的")),
                ("kept", models.JSONField(blank=True, default=dict)),
                ("drafted_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.TextField(blank=True, help_text="why it was sent back or taken back")),
                (
                    "published_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="of the first edition: a correction does not move it up",
                        null=True,
                        verbose_name="公开时间",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="EchoPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("moment", models.CharField(choices=[("before", "办理前"), ("after", "办理后")], max_length=6)),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                ("boxes", models.JSONField(blank=True, default=list)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="echo",
            name="area",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="deputies.division",
                verbose_name="街道",
            ),
        ),
        migrations.AddField(
            model_name="echo",
            name="category",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="opinions.category",
                verbose_name="类别",
            ),
        ),
        migrations.AddField(
            model_name="echo",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="echo",
            name="drafted_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="echo",
            name="matter",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="echoes",
                to="opinions.matter",
                verbose_name="事项",
            ),
        ),
        migrations.AddField(
            model_name="echo",
            name="submitted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="echophoto",
            name="card",
            field=models.ForeignKey(
                help_text="for lists, a few kB",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="base.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="echophoto",
            name="checked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="echophoto",
            name="echo",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="photos", to="opinions.echo"
            ),
        ),
        migrations.AddField(
            model_name="echophoto",
            name="source",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="opinions.attachment"
            ),
        ),
        migrations.AddField(
            model_name="echophoto",
            name="stored",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="base.storedfile"
            ),
        ),
        migrations.AddIndex(
            model_name="echo",
            index=models.Index(fields=["status", "-published_at", "-id"], name="echo_status_published"),
        ),
        migrations.AddConstraint(
            model_name="echo",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("draft", "sent_back", "pending"))),
                fields=("matter",),
                name="echo_one_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="echo",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "published")), fields=("matter",), name="echo_one_published"
            ),
        ),
        migrations.AddConstraint(
            model_name="echo",
            constraint=models.UniqueConstraint(fields=("code", "number"), name="echo_edition_once"),
        ),
        migrations.AddConstraint(
            model_name="echo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True),
                    models.Q(("decided_by__isnull", False), ("published_at__isnull", False)),
                    _connector="OR",
                ),
                name="echo_published_was_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="echo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True),
                    models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                    _connector="OR",
                ),
                name="echo_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="echophoto",
            constraint=models.UniqueConstraint(fields=("echo", "source"), name="echo_photo_once"),
        ),
    ]
