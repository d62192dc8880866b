"""What supervision stands on: when a clock must next be looked at, and a matter's mark of quality (both may be empty)."""

from typing import Any

from django.db import migrations, models
from django.db.models import F

KINDS = [
    ("take", "接单"),
    ("sign", "签收"),
    ("return", "退回期"),
    ("co_opinion", "协办意见"),
    ("reply", "办理答复"),
    ("rate", "评价"),
    ("promise", "承诺兑现"),
    ("supply", "补充材料"),
    ("letter", "督办回复"),
]


def arm(apps: Any, schema_editor: Any) -> None:
    """What runs already is looked at from its warning day on."""
    apps.get_model("opinions", "Clock").objects.filter(stopped_at=None).update(next_on=F("warn_on"))


class Migration(migrations.Migration):
    dependencies = [
        ("opinions", "0020_likeness_version"),
    ]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="next_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="matter",
            name="quality",
            field=models.CharField(
                blank=True,
                choices=[("low", "标准不高"), ("poor", "质量差")],
                max_length=4,
                null=True,
                verbose_name="办理质量",
            ),
        ),
        migrations.AlterField(
            model_name="clock",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=12),
        ),
        migrations.AlterField(
            model_name="matter",
            name="due_clock",
            field=models.CharField(blank=True, choices=KINDS, max_length=12),
        ),
        migrations.AlterField(
            model_name="timelimitpolicy",
            name="clock",
            field=models.CharField(choices=KINDS, max_length=12, verbose_name="时限种类"),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(
                    ("next_on__isnull", False), ("paused_on__isnull", True), ("stopped_at__isnull", True)
                ),
                fields=["next_on", "id"],
                name="clock_next",
            ),
        ),
        migrations.RunPython(arm, migrations.RunPython.noop, elidable=True),
    ]
