"""Forms of promises: the filter of the ledger, and what a verb asks for."""

from typing import Any

from django import forms
from django.db.models import Max, Min
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, User
from deputies.organisations.models import STREET_KINDS, Organisation
from liaison.base.web.forms import day_field, photos_field, text_field
from liaison.base.workdays.arithmetic import Light
from opinions.promises.models import PromiseQuerySet
from opinions.promises.queries import bodies_in
from opinions.promises.services.common import TEXT_MAX
from opinions.promises.states import PromiseStatus

ANY = ("", _("不限"))


def _choice(label: Any, choices: Any = ()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[ANY, *choices])


class FilterForm(forms.Form):
    """The filter of the ledger. A value that cannot be is ignored."""

    state = _choice(_("状态"), PromiseStatus.choices)
    light = _choice(_("灯色"), [(one.value, one.label) for one in Light])
    body = _choice(_("承诺单位"))
    street = _choice(_("街道"))
    made = _choice(_("承诺年份"))
    due = _choice(_("到期年份"))

    def __init__(self, *args: Any, user: User, rows: PromiseQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held: Any = self.fields
        if user.role in DEPARTMENT_ROLES:
            del self.fields["body"]
        else:
            held["body"].choices = [ANY, *((body.pk, body.name) for body in bodies_in(rows))]
        if user.role in DISTRICT_ROLES:
            streets = Organisation.objects.filter(kind__in=STREET_KINDS, parent=user.organisation_id)
            held["street"].choices = [ANY, *streets.values_list("pk", "name")]
        else:
            del self.fields["street"]
        ends = rows.order_by().aggregate(
            made=Min("made_on__year"), made_to=Max("made_on__year"), due=Min("due_on__year"), due_to=Max("due_on__year")
        )
        for name in ("made", "due"):
            held[name].choices = [ANY, *_years(ends[name], ends[f"{name}_to"])]

    @property
    def chosen(self) -> dict[str, Any]:
        """The values that are valid; the rest do not filter."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _years(first: int | None, last: int | None) -> list[tuple[int, str]]:
    """The years there are, the newest first."""
    return [] if first is None or last is None else [(year, str(year)) for year in range(last, first - 1, -1)]


class WhyForm(forms.Form):
    """A reason alone."""

    reason = text_field(_("理由"), 3, required=_("请写明理由。"), max_length=TEXT_MAX)


class VerifiedForm(WhyForm):
    """How it was verified."""

    reason = text_field(
        _("怎样核实的"), 3, required=_("请写明怎样核实的。"), max_length=TEXT_MAX,
        help_text=_("例如：现场看过、打过电话、看了验收单。兑现了承诺，不等于居民满意。"),
    )  # fmt: skip


class DayForm(forms.Form):
    """Another day, with why."""

    due_on = day_field(_("新的日期"))
    reason = text_field(
        _("原因"), 3, required=_("请写明原因，居民会看到。"), max_length=TEXT_MAX, help_text=_("居民会看到。")
    )


class ReportForm(forms.Form):
    """What was done, with photos."""

    text = text_field(
        _("办到了什么"), 3, required=_("请写明办到了什么。"), max_length=TEXT_MAX,
        help_text=_("居民会看到文字和照片，并说办到没有。不要写居民的姓名和电话。"),
    )  # fmt: skip
    photos = photos_field()
