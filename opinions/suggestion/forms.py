"""Forms of the page on suggestions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opinions.catalog.models import Category
from opinions.catalog.queries import categories


class ThresholdForm(forms.Form):
    """The threshold in percent, as people say it."""

    threshold = forms.IntegerField(
        label=_("把握门槛（%）"), min_value=0, max_value=100,
        help_text=_("把握低于门槛时不提建议。对照曲线选择：门槛越高，建议越准，有建议的越少。"),
        error_messages={
            "required": _("请填写 0 到 100 的整数。"), "invalid": _("请填写 0 到 100 的整数。"),
            "min_value": _("把握门槛应在 0 到 100 之间。"), "max_value": _("把握门槛应在 0 到 100 之间。"),
        },
    )  # fmt: skip


class MeaningForm(forms.Form):
    """Which category a label means."""

    label = forms.CharField(max_length=60, widget=forms.HiddenInput)
    category = forms.TypedChoiceField(
        label=_("对应的类别"), required=False, empty_value=None,
        error_messages={"invalid_choice": _("没有这个类别，可能刚刚停用。")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {str(row.pk): row for row in categories()}
        field: Any = self.fields["category"]
        field.choices = [("", _("没有对应的类别")), *((pk, _indented(row)) for pk, row in rows.items())]
        field.coerce = rows.__getitem__


def _indented(category: Category) -> str:
    return f"　{category.name}" if category.parent_id else category.name
