"""Forms around a task."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.base.web.forms import day_field, photos_field, text_field
from liaison.base.workdays.arithmetic import Unit, compute_due, local_today
from liaison.base.workdays.queries import current_calendar
from opinions.plans.models import Phase

HINTED = (5, 10, 15)
"""Working days of which the day is said beside a due day."""


def hint_workdays(field: forms.Field) -> None:
    """Say beside a due day where five, ten and fifteen working days end, by the working calendar."""
    calendar, today = current_calendar(), local_today(timezone.now())
    days = {f"n{n}": f"{compute_due(calendar, today, n, Unit.WORKING_DAYS).due:%m-%d}" for n in HINTED}
    field.help_text = _("5 个工作日到 %(n5)s，10 个到 %(n10)s，15 个到 %(n15)s。") % days


class DueForm(forms.Form):
    """A new due day and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint_workdays(self.fields["due_on"])


class ProgressForm(forms.Form):
    """报告进展."""

    phase = forms.ChoiceField(
        label=_("阶段"), choices=Phase.choices, initial=Phase.DURING, widget=forms.RadioSelect,
        error_messages={"required": _("请选择整改前、进行中或整改后。")},
    )  # fmt: skip
    text = text_field(_("做了什么"), 3, required=_("请写下做了什么。"), max_length=2000)
    photos = photos_field()
    button = _("报告进展")


class RedoForm(DueForm):
    """不达标重办."""

    reason = text_field(_("哪里不达标"), 3, required=_("请写明哪里不达标。"), max_length=2000)
    due_on = day_field(_("重办到哪一天"))
    button = _("退回重办")
    danger = True


class MoveForm(DueForm):
    """改期限."""

    reason = text_field(_("为什么改期限"), 2, required=_("请写明为什么改期限。"), max_length=300)
    due_on = day_field(_("新的完成日期"))
    button = _("保存")
