"""Sums go by channel and contact point too. What was counted before knows neither: it is counted anew."""

from typing import Any

from django.db import migrations, models


def count_anew(apps: Any, _editor: Any) -> None:
    """Let nobody read the sums until they are built: stations would show 0, and could be signed so."""
    apps.get_model("supervision", "RollupState").objects.update(built=False)


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0011_report_layouts"),
    ]

    operations = [
        migrations.RunPython(count_anew, migrations.RunPython.noop, elidable=True),
        migrations.RemoveConstraint(
            model_name="intake",
            name="intake_once",
        ),
        migrations.RemoveConstraint(
            model_name="outcome",
            name="outcome_once",
        ),
        migrations.RemoveConstraint(
            model_name="promisesum",
            name="promise_sum_once",
        ),
        migrations.RemoveConstraint(
            model_name="span",
            name="span_once",
        ),
        migrations.RemoveConstraint(
            model_name="stock",
            name="stock_once",
        ),
        migrations.AddField(
            model_name="intake",
            name="channel",
            field=models.CharField(blank=True, default="", help_text="how it came in; empty for none", max_length=12),
        ),
        migrations.AddField(
            model_name="intake",
            name="point",
            field=models.BigIntegerField(default=0, help_text="the contact point through which it came in"),
        ),
        migrations.AddField(
            model_name="outcome",
            name="channel",
            field=models.CharField(blank=True, default="", help_text="how it came in; empty for none", max_length=12),
        ),
        migrations.AddField(
            model_name="outcome",
            name="point",
            field=models.BigIntegerField(default=0, help_text="the contact point through which it came in"),
        ),
        migrations.AddField(
            model_name="promisesum",
            name="channel",
            field=models.CharField(blank=True, default="", help_text="how it came in; empty for none", max_length=12),
        ),
        migrations.AddField(
            model_name="promisesum",
            name="point",
            field=models.BigIntegerField(default=0, help_text="the contact point through which it came in"),
        ),
        migrations.AddField(
            model_name="span",
            name="channel",
            field=models.CharField(blank=True, default="", help_text="how it came in; empty for none", max_length=12),
        ),
        migrations.AddField(
            model_name="span",
            name="point",
            field=models.BigIntegerField(default=0, help_text="the contact point through which it came in"),
        ),
        migrations.AddField(
            model_name="stock",
            name="channel",
            field=models.CharField(blank=True, default="", help_text="how it came in; empty for none", max_length=12),
        ),
        migrations.AddField(
            model_name="stock",
            name="point",
            field=models.BigIntegerField(default=0, help_text="the contact point through which it came in"),
        ),
        migrations.AlterField(
            model_name="fact",
            name="channel",
            field=models.CharField(blank=True, default="", help_text="how it came in; empty for none", max_length=12),
        ),
        migrations.AlterField(
            model_name="fact",
            name="point",
            field=models.BigIntegerField(default=0, help_text="the contact point through which it came in"),
        ),
        migrations.AlterField(
            model_name="promisefact",
            name="channel",
            field=models.CharField(blank=True, default="", help_text="how it came in; empty for none", max_length=12),
        ),
        migrations.AlterField(
            model_name="promisefact",
            name="point",
            field=models.BigIntegerField(default=0, help_text="the contact point through which it came in"),
        ),
        migrations.AddConstraint(
            model_name="intake",
            constraint=models.UniqueConstraint(
                fields=(
                    "district",
                    "cube",
                    "month",
                    "street",
                    "top",
                    "category",
                    "tier",
                    "body",
                    "deputy",
                    "channel",
                    "point",
                ),
                name="intake_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.UniqueConstraint(
                fields=(
                    "district",
                    "cube",
                    "month",
                    "street",
                    "top",
                    "category",
                    "tier",
                    "body",
                    "deputy",
                    "channel",
                    "point",
                ),
                name="outcome_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="promisesum",
            constraint=models.UniqueConstraint(
                fields=(
                    "district",
                    "cube",
                    "month",
                    "street",
                    "top",
                    "category",
                    "tier",
                    "body",
                    "deputy",
                    "channel",
                    "point",
                    "due_on",
                ),
                name="promise_sum_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="span",
            constraint=models.UniqueConstraint(
                fields=(
                    "district",
                    "cube",
                    "month",
                    "street",
                    "top",
                    "category",
                    "tier",
                    "body",
                    "deputy",
                    "channel",
                    "point",
                    "stage",
                    "days",
                ),
                name="span_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="stock",
            constraint=models.UniqueConstraint(
                fields=(
                    "district",
                    "cube",
                    "street",
                    "top",
                    "category",
                    "tier",
                    "body",
                    "deputy",
                    "channel",
                    "point",
                    "due_on",
                    "warn_on",
                    "quality",
                ),
                name="stock_once",
            ),
        ),
    ]
