"""What the forms of routing offer to choose from."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from deputies.organisations.models import DivisionLevel, Organisation
from deputies.organisations.queries import division_tree
from opinions.catalog.models import Category
from opinions.catalog.queries import categories
from opinions.routing.conditions import LONGEST_WORD, MOST_VALUES

ANY = ("", gettext_lazy("不限"))
CHOOSE = ("", gettext_lazy("请选择"))
YES_NO = [ANY, ("yes", pgettext_lazy("condition", "是")), ("no", pgettext_lazy("condition", "否"))]
INDENT = "　"


def category_choices() -> list[tuple[str, str]]:
    """Active categories by code, sub-categories set off."""
    return [
        (row.code, f"{INDENT}{row.name}" if row.parent_id else row.name) for row in sorted(categories(), key=_place)
    ]


def _place(category: Category) -> tuple[int, int]:
    return category.order, category.pk


def place_choices(body: Organisation) -> list[tuple[str, str]]:
    """Streets and communities of a district, or the communities of a street, by code."""
    levels = (DivisionLevel.STREET, DivisionLevel.COMMUNITY)
    below = division_tree().descendants(body.division_id)
    return [
        (one.code, f"{INDENT}{one.name}" if one.level == DivisionLevel.COMMUNITY else one.name)
        for one in below
        if one.level in levels and one.active
    ]


class WordsField(forms.CharField):
    """Words set off by commas, stops or blanks; cleans to a list of at most `most` words of at most `longest` signs."""

    def __init__(self, *args: Any, most: int = MOST_VALUES, longest: int = LONGEST_WORD, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most, self.longest = most, longest

    def clean(self, value: Any) -> list[str]:
        words = list(dict.fromkeys(word for word in re.split(r"[\s,，、;；。]+", super().clean(value)) if word))
        if value and not words:
            raise ValidationError(_("这里只有标点或空格，请写出词语，或清空。"))
        if len(words) > self.most:
            told = {"most": self.most, "held": len(words)}
            raise ValidationError(_("最多写 %(most)d 个词，现在有 %(held)d 个。请合并，或分成几条规则。") % told)
        long = next((word for word in words if len(word) > self.longest), None)
        if long:
            raise ValidationError(_("“%(word)s…”太长，最多 %(most)d 个字。") % {"word": long[:8], "most": self.longest})
        return words

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list | tuple) else value


def whole_field(label: Any, least: int, most: int, **more: Any) -> forms.IntegerField:
    """A whole number that may be left out."""
    told = format_lazy(gettext_lazy("请填 {least} 到 {most} 之间的整数。"), least=least, most=most)
    errors = dict.fromkeys(("invalid", "min_value", "max_value"), told)
    return forms.IntegerField(
        label=label, required=False, min_value=least, max_value=most, error_messages=errors, **more
    )  # fmt: skip


def list_field(label: Any, choices: Any = ()) -> forms.MultipleChoiceField:
    """Several of a list; none is no restriction."""
    return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple)
