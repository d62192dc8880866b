"""Forms of the desk."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DISTRICT_ROLES, User
from deputies.organisations.models import Division, DivisionLevel
from deputies.organisations.queries import division_tree, street_committees_of
from liaison.base.web.forms import DayField, ReadyChoices
from liaison.base.workdays.arithmetic import Light
from opinions.catalog.models import Category, Tier
from opinions.catalog.queries import categories
from opinions.intake.models import SourceChannel
from opinions.matters.models import Matter
from opinions.matters.states import Status

ANY = ("", _("不限"))


def _choices(options: Any) -> list[tuple[Any, Any]]:
    return [ANY, *options]


def _ready(options: Iterable[tuple[Any, str]]) -> ReadyChoices:
    return ReadyChoices(_choices(options))


class FilterForm(forms.Form):
    """The filter of the matter list. A value that cannot be is ignored, so that no address breaks the desk."""

    q = forms.CharField(label=_("搜索"), required=False, max_length=100)
    light = forms.ChoiceField(label=_("灯色"), required=False, choices=_choices(Light.choices))
    status = forms.ChoiceField(label=_("状态"), required=False, choices=_choices(Status.choices))
    tier = forms.TypedChoiceField(
        label=_("层级"), required=False, coerce=int, empty_value=None, choices=_choices(Tier.choices)
    )
    category = forms.ChoiceField(label=_("类别"), required=False)
    street = forms.ChoiceField(label=_("街道"), required=False)
    channel = forms.ChoiceField(label=_("渠道"), required=False, choices=_choices(SourceChannel.choices))
    since = DayField(label=_("提交时间自"), required=False)
    until = DayField(label=_("至"), required=False)
    sort = forms.ChoiceField(
        label=_("排序"),
        required=False,
        choices=[("", _("先到期的在前")), ("new", _("最新的在前")), ("old", _("最早的在前"))],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = _ready((row.pk, _indented(row)) for row in categories())  # type: ignore[attr-defined]
        if user.role in DISTRICT_ROLES:
            streets = street_committees_of(user.organisation) if user.organisation else []
            self.fields["street"].choices = _ready((one.pk, one.name) for one in streets)  # type: ignore[attr-defined]
        else:
            del self.fields["street"]

    @property
    def chosen(self) -> dict[str, Any]:
        """The values that are valid; the rest do not filter."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def searches(self) -> bool:
        """Whether words or filters are given."""
        return bool(set(self.chosen) - {"sort"})

    @property
    def narrows(self) -> bool:
        """Whether anything beyond the order is chosen."""
        return bool(set(self.chosen) - {"sort", "q"})


def _indented(category: Category) -> str:
    return f"　{category.name}" if category.parent_id else category.name


class SaveFilterForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=30, error_messages={"required": _("请给这个筛选起个名字。")})
    query = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)


class RevealForm(forms.Form):
    reason = forms.CharField(
        label=_("查看原因"), min_length=4, max_length=300,
        help_text=_("查看会被记录：谁、什么时候、为什么。"),
        error_messages={"required": _("请写明为什么要看电话号码。"), "min_length": _("请写得具体一点，至少 4 个字。")},
    )  # fmt: skip


class ClassifyForm(forms.Form):
    """Category and place set right; the place may stay as it is, and a category that nobody knows yet open."""

    category = forms.TypedChoiceField(
        label=_("类别"), empty_value=None, error_messages={"required": _("请选一个类别。")}
    )
    division = forms.ChoiceField(label=_("属于哪个社区"), required=False)
    reason = forms.CharField(
        label=_("说明"), required=False, max_length=200, help_text=_("换了层级时，群众在查询页也能看到。")
    )

    def __init__(self, *args: Any, matter: Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._matter = matter
        self.fields["division"].initial = matter.division.code
        self.fields["division"].choices = _places(matter)  # type: ignore[attr-defined]
        rows = categories()
        self.fields["category"].required = matter.category_id is not None
        undecided = [] if matter.category_id else [("", _("还没有定"))]
        self.fields["category"].choices = [*undecided, *((row.pk, _indented(row)) for row in rows)]  # type: ignore[attr-defined]
        self.fields["category"].coerce = lambda pk: next(row for row in rows if str(row.pk) == pk)  # type: ignore[attr-defined]

    def clean_division(self) -> Division | None:
        code = self.cleaned_data["division"]
        known = division_tree().descendants(self._matter.district.division_id)
        return next((one for one in known if one.code == code), None)


def _places(matter: Matter) -> list[Any]:
    """The present place, and the communities of the district under their streets."""
    here = matter.division
    rows: list[Any] = [(here.code, here.name)]
    for street in division_tree().descendants(matter.district.division_id):
        below = division_tree().children.get(street.pk, ()) if street.level == DivisionLevel.STREET else ()
        communities = [(one.code, one.name) for one in below if one.active and one.pk != here.pk]
        if communities:
            rows.append((street.name, communities))
    return rows
