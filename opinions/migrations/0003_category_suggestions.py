import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deputies", "0001_initial"),
        ("opinions", "0002_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SuggestionModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(verbose_name="版本")),
                ("folder", models.CharField(help_text="below VAR_DIR/models", max_length=120)),
                ("checksum", models.CharField(max_length=64)),
                (
                    "status",
                    models.CharField(
                        choices=[("candidate", "待启用"), ("active", "使用中"), ("retired", "已停用")],
                        default="candidate",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("threshold", models.FloatField(verbose_name="把握门槛")),
                ("source", models.CharField(max_length=120, verbose_name="训练数据")),
                ("rows", models.PositiveIntegerField(verbose_name="训练条数")),
                ("labels", models.JSONField(default=list)),
                ("figures", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("activated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deputies.organisation",
                        verbose_name="区人大常委会",
                    ),
                ),
            ],
            options={"ordering": ["-version", "-id"]},
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                (
                    "matter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="suggestion",
                        serialize=False,
                        to="opinions.matter",
                    ),
                ),
                ("label", models.CharField(max_length=60)),
                ("confidence", models.FloatField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("abstained", "把握不足，没有建议"),
                            ("agreed", "与所选类别一致"),
                            ("offered", "待确认"),
                            ("accepted", "已采用"),
                            ("overridden", "改选了别的类别"),
                            ("ignored", "没有理会"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="opinions.category",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suggestions",
                        to="opinions.suggestionmodel",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LabelMeaning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=60, verbose_name="标签")),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="opinions.category",
                    ),
                ),
                (
                    "district",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="deputies.organisation",
                    ),
                ),
            ],
            options={
                "ordering": ["label", "id"],
                "constraints": [models.UniqueConstraint(fields=("district", "label"), name="label_meaning_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="suggestionmodel",
            constraint=models.UniqueConstraint(fields=("district", "version"), name="suggestion_model_version_once"),
        ),
        migrations.AddConstraint(
            model_name="suggestionmodel",
            constraint=models.UniqueConstraint(fields=("district", "checksum"), name="suggestion_model_checksum_once"),
        ),
        migrations.AddConstraint(
            model_name="suggestionmodel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "active")), fields=("district",), name="suggestion_model_one_active"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestionmodel",
            constraint=models.CheckConstraint(
                condition=models.Q(("threshold__gte", 0), ("threshold__lte", 1)),
                name="suggestion_model_threshold_is_a_share",
            ),
        ),
        migrations.AddIndex(
            model_name="suggestion",
            index=models.Index(fields=["model", "outcome"], name="suggestion_model_outcome"),
        ),
        migrations.AddIndex(
            model_name="suggestion",
            index=models.Index(
                condition=models.Q(("outcome", "offered")), fields=["matter"], name="suggestion_offered"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(("confidence__gte", 0), ("confidence__lte", 1)),
                name="suggestion_confidence_is_a_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome__in", ["accepted", "overridden"]), _negated=True),
                    ("decided_at__isnull", False),
                    _connector="OR",
                ),
                name="suggestion_decided_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome__in", ["offered", "agreed", "accepted"]), _negated=True),
                    ("category__isnull", False),
                    _connector="OR",
                ),
                name="suggestion_offered_has_category",
            ),
        ),
    ]
