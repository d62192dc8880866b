"""The open interface: keys of programs, what it asks beside the form, and what it was answered.

The index of matters by their opening gets a new name, so that lists never go without one; the old one goes last, because
its removal keeps readers out until the end of the transaction.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opinions", "0030_echo_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("mark", models.CharField(max_length=4)),
                ("submits", models.BooleanField(default=True, verbose_name="可以提交")),
                ("reads", models.BooleanField(default=True, verbose_name="可以看自己提交的内容")),
                ("per_minute", models.PositiveSmallIntegerField(default=60, verbose_name="每分钟最多几次")),
                ("terms_version", models.CharField(max_length=20)),
                ("created_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Extra",
            fields=[
                (
                    "matter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="opinions.matter",
                    ),
                ),
                ("answers", models.JSONField(default=list)),
                ("media_url", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "ordering": ["-matter_id"],
            },
        ),
        migrations.CreateModel(
            name="ServiceAttribute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=30, verbose_name="代码")),
                (
                    "datatype",
                    models.CharField(
                        choices=[
                            ("string", "一行文字"),
                            ("number", "数字"),
                            ("datetime", "日期和时间"),
                            ("text", "多行文字"),
                            ("singlevaluelist", "单选"),
                            ("multivaluelist", "多选"),
                        ],
                        default="string",
                        max_length=16,
                        verbose_name="种类",
                    ),
                ),
                (
                    "variable",
                    models.BooleanField(default=True, help_text="不勾选的只是说明，不用回答。", verbose_name="要回答"),
                ),
                ("required", models.BooleanField(default=False, verbose_name="必填")),
                ("order", models.PositiveSmallIntegerField(default=1, verbose_name="顺序")),
                ("description", models.CharField(max_length=200, verbose_name="问题")),
                ("hint", models.CharField(blank=True, max_length=200, verbose_name="怎样填写")),
                (
                    "values",
                    models.TextField(
                        blank=True,
                        help_text="单选、多选才填，一行一个：代码=文字，如 night=夜里。",
                        max_length=4000,
                        verbose_name="选项",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="在用")),
            ],
            options={
                "verbose_name": "开放接口的问题",
                "verbose_name_plural": "开放接口的问题",
                "ordering": ["category", "order", "id"],
            },
        ),
        migrations.AlterField(
            model_name="partner",
            name="adapter",
            field=models.CharField(
                choices=[
                    ("console", "控制台（演练用，不出系统）"),
                    ("http", "HTTPS 接口"),
                    ("file", "文件交换"),
                    ("key", "开放接口（Open311）"),
                ],
                max_length=10,
                verbose_name="对接方式",
            ),
        ),
        migrations.AlterField(
            model_name="partner",
            name="kind",
            field=models.CharField(
                choices=[("grid", "网格系统"), ("hotline", "12345 热线"), ("app", "居民应用")],
                max_length=10,
                verbose_name="类型",
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("adapter", "key"), _negated=True), ("ways", "in"), _connector="OR"),
                name="partner_with_keys_only_gives",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="partner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="keys", to="opinions.partner"
            ),
        ),
        migrations.AddField(
            model_name="serviceattribute",
            name="category",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="opinions.category",
                verbose_name="类别",
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("per_minute__gte", 1), ("per_minute__lte", 6000)), name="api_key_rate_sensible"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(("submits", True), ("reads", True), _connector="OR"), name="api_key_opens_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="serviceattribute",
            constraint=models.UniqueConstraint(fields=("category", "code"), name="service_attribute_once"),
        ),
        migrations.AddConstraint(
            model_name="serviceattribute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("datatype__in", ("singlevaluelist", "multivaluelist")), models.Q(("values", ""), _negated=True)
                    ),
                    models.Q(
                        models.Q(("datatype__in", ("singlevaluelist", "multivaluelist")), _negated=True), ("values", "")
                    ),
                    _connector="OR",
                ),
                name="service_attribute_lists_have_values",
            ),
        ),
        migrations.AddConstraint(
            model_name="serviceattribute",
            constraint=models.CheckConstraint(
                condition=models.Q(("variable", True), ("required", False), _connector="OR"),
                name="service_attribute_answerable",
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["opened_at", "id", "status", "category"], name="matter_by_opening"),
        ),
        migrations.RemoveIndex(model_name="matter", name="matter_opened"),
    ]
