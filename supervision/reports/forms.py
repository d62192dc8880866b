"""What people write on a report, and what narrows the lists and the statistics."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.web.forms import text_field
from liaison.base.workdays.arithmetic import add_months, month_of
from supervision.dashboards.queries import Period
from supervision.reports.models import Level
from supervision.reports.states import ReportStatus

MONTHS = 12
LONGEST = 120
"""Months that a period may have."""
ANY = ("", _("不限"))


class NoteForm(forms.Form):
    """The note beside a section."""

    text = text_field(_("说明"), rows=5, max_length=2000, help_text=_("只写情况和原因；数字由系统统计，不用写。"))


class WhyForm(forms.Form):
    """Why a report goes back, or is corrected."""

    reason = text_field(_("原因"), rows=3, required=_("请写明原因。"), max_length=500)


class LayoutForm(forms.Form):
    """A layout of the district's own."""

    level = forms.ChoiceField(label=_("层级"), choices=Level.choices)
    attachments = forms.FileField(
        label=_("版式文件"), help_text=_("Word 文件（DOCX），用双花括号写要填的内容，见下面的列表。"),
        widget=forms.FileInput(attrs={"accept": ".docx"}), error_messages={"empty": _("这个文件是空的，请重新选择。")},
    )  # fmt: skip


class FilterForm(forms.Form):
    """The filter of the list; what cannot be is ignored."""

    month = forms.CharField(label=_("月份"), required=False, max_length=7, widget=forms.TextInput({"type": "month"}))
    level = forms.ChoiceField(label=_("层级"), required=False, choices=[ANY, *Level.choices])
    status = forms.ChoiceField(label=_("状态"), required=False, choices=[ANY, *ReportStatus.choices])
    waits = forms.BooleanField(label=_("等我处理的"), required=False)

    @property
    def chosen(self) -> dict[str, Any]:
        """What is chosen and can be."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        month = month_of(found.pop("month", None))
        return found | ({"month": month} if month else {})


def period_of(given: Any, today: date) -> Period:
    """The months that are asked for: one (`month`), or from `since` to `until`; the last twelve where none is."""
    last = today.replace(day=1)
    one = month_of(given.get("month"))
    if one is not None:
        return one, one
    until = month_of(given.get("until")) or last
    since = month_of(given.get("since")) or add_months(until, 1 - MONTHS)
    return min(max(since, add_months(until, 1 - LONGEST)), until), until
