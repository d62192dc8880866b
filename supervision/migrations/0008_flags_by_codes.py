"""What flags of ratings say becomes codes, so that each reader has them in the own language; words that nobody foresaw
stay as they are, and there is room for them."""

from typing import Any

from django.db import migrations, models

WORDS = {
    "满意": "satisfied", "基本满意": "mostly", "不满意": "unsatisfied",
    "解决了": "yes", "解决了一部分": "partly", "没有解决": "no",
    "A 已解决或基本解决": "A", "B 正在解决": "B", "C 列入计划": "C", "D 留作参考或说明解释": "D",
}  # fmt: skip


def _change(apps: Any, words: dict[str, str]) -> None:
    flags = apps.get_model("supervision", "RatingFlag").objects
    for field in ("said", "heard"):
        for old, new in words.items():
            flags.filter(**{field: old}).update(**{field: new})


def to_codes(apps: Any, editor: Any) -> None:
    """Words to codes."""
    _change(apps, WORDS)


def to_words(apps: Any, editor: Any) -> None:
    """Codes to words."""
    _change(apps, {code: word for word, code in WORDS.items()})


class Migration(migrations.Migration):
    dependencies = [("supervision", "0007_origin_counted")]
    operations = [
        migrations.RunPython(to_codes, to_words),
        migrations.AlterField("ratingflag", "said", models.CharField(max_length=60)),
        migrations.AlterField("ratingflag", "heard", models.CharField(max_length=60)),
    ]
