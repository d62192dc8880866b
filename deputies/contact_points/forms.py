"""Forms of the register of contact points."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.contact_points.models import ContactPoint, PointKind, Standard
from deputies.contact_points.plaques import deputies_for, points_for
from deputies.contact_points.services import Details
from deputies.organisations.models import DivisionLevel, Organisation
from deputies.organisations.queries import bodies, division_tree
from deputies.roster.models import Deputy
from deputies.roster.queries import keepable_bodies
from liaison.base.web.forms import DayField
from liaison.base.workdays.arithmetic import SHANGHAI

LACKING = "lacking"
CLOSED = "closed"
PLACES = (DivisionLevel.STREET, DivisionLevel.COMMUNITY, DivisionLevel.GRID, DivisionLevel.ESTATE)
"""Levels of division in which a point may lie."""
ELECTORAL = (DivisionLevel.ELECTORAL,)


def body_choices(user: User) -> list[tuple[str, str]]:
    """The bodies that may keep a point, in the user's scope."""
    return [(str(body.pk), body.name) for body in keepable_bodies(user)]


def place_choices(user: User, levels: Collection[str], kept: int | None) -> Iterator[tuple[str, str]]:
    """The places of `levels` below the user's body, and the one that the record has now."""
    tree = division_tree()
    place = user.organisation.division_id if user.organisation else None
    rows = tree.descendants(place, include_self=True) if place else []
    for division in rows:
        if division.level in levels and (division.active or division.pk == kept):
            yield str(division.pk), tree.path(division.pk) or division.name
    if kept and kept not in {division.pk for division in rows}:
        yield str(kept), tree.path(kept)


class PointFilter(forms.Form):
    """Search and filters of the register."""

    q = forms.CharField(label=_("名称、地址或代码"), required=False, max_length=60)
    kind = forms.ChoiceField(label=_("类别"), required=False, choices=[("", _("全部类别")), *PointKind.choices])
    organisation = forms.ChoiceField(label=_("管理机构"), required=False)
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("在用")), (LACKING, _("在用但未全部达标")), (CLOSED, _("已停用"))],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = body_choices(user)
        self.fields["organisation"].choices = [("", _("全部机构")), *choices]  # type: ignore[attr-defined]
        if len(choices) < 2:
            del self.fields["organisation"]

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that can be understood; a strange one is left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PointForm(forms.Form):
    """What the register knows of a point."""

    name = forms.CharField(label=_("名称"), max_length=80)
    kind = forms.ChoiceField(label=_("类别"), choices=PointKind.choices)
    parent = forms.ModelChoiceField(
        label=_("上级联系点"), queryset=ContactPoint.objects.none(), required=False, empty_label=_("没有上级")
    )
    organisation = forms.ChoiceField(label=_("管理机构"))
    division = forms.ChoiceField(label=_("所在社区"))
    electoral_district = forms.ChoiceField(label=_("服务的选区"), required=False)
    address = forms.CharField(label=_("地址"), max_length=160)
    phone = forms.CharField(label=_("公开电话"), max_length=30, required=False)
    hours = forms.CharField(label=_("开放时间"), max_length=120, required=False, help_text=_("例如：工作日 9:00–17:00"))
    latitude = forms.DecimalField(label=_("纬度"), required=False, max_digits=9, decimal_places=6)
    longitude = forms.DecimalField(label=_("经度"), required=False, max_digits=9, decimal_places=6)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, point: ContactPoint | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = self._initial(user, point) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        parents = ContactPoint.objects.visible_to(user).in_use().exclude(kind=PointKind.POINT).order_by("name", "id")
        if point is not None:
            kept = ContactPoint.objects.filter(Q(pk__in=parents.values("pk")) | Q(pk=point.parent_id))
            parents = kept.exclude(pk=point.pk).order_by("name", "id")
        self.fields["parent"].queryset = parents  # type: ignore[attr-defined]
        place, district = (point.division_id, point.electoral_district_id) if point is not None else (None, None)
        self.fields["organisation"].choices = body_choices(user)  # type: ignore[attr-defined]
        self.fields["division"].choices = list(place_choices(user, PLACES, place))  # type: ignore[attr-defined]
        self.fields["electoral_district"].choices = [("", "–"), *place_choices(user, ELECTORAL, district)]  # type: ignore[attr-defined]

    @staticmethod
    def _initial(user: User, point: ContactPoint | None) -> dict[str, Any]:
        if point is None:
            return {"kind": PointKind.STATION, "organisation": str(user.organisation_id)}
        names = ("name", "kind", "address", "phone", "hours", "latitude", "longitude", "version")
        values = {name: getattr(point, name) for name in names} | {"parent": point.parent_id}
        ids = {
            name: str(getattr(point, f"{name}_id") or "") for name in ("organisation", "division", "electoral_district")
        }
        return values | ids

    def clean_organisation(self) -> Organisation | None:
        return bodies().get(int(self.cleaned_data["organisation"]))

    def clean_division(self) -> Any:
        return division_tree().get(int(self.cleaned_data["division"]))

    def clean_electoral_district(self) -> Any:
        chosen = self.cleaned_data["electoral_district"]
        return division_tree().get(int(chosen)) if chosen else None

    def details(self) -> Details:
        """What was typed, for the service."""
        return Details(**{name: value for name, value in self.cleaned_data.items() if name != "version"})

    @property
    def stale_version(self) -> int:
        """The version of the record that the screen showed."""
        return self.cleaned_data["version"] or 0


class StandardForm(forms.Form):
    """The seven points of the standard as checks (S6)."""

    met = forms.MultipleChoiceField(
        label=_("已达标的项"), choices=Standard.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class StationForm(forms.Form):
    """A deputy comes to sit at a point."""

    deputy = forms.ModelChoiceField(label=_("代表"), queryset=Deputy.objects.none(), empty_label=_("请选择"))
    since = DayField(label=_("自"), initial=date.today)

    def __init__(self, *args: Any, user: User, point: ContactPoint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = point.stationings.current().values("deputy")
        free = Deputy.objects.visible_to(user).active().exclude(pk__in=there)
        self.fields["deputy"].queryset = free.order_by("pinyin", "id")  # type: ignore[attr-defined]


class LeaveForm(forms.Form):
    """A deputy's time at a point ends."""

    until = DayField(label=_("至"), initial=date.today)


class DutyForm(forms.Form):
    """A stationed deputy's turn."""

    deputy = forms.ModelChoiceField(label=_("代表"), queryset=Deputy.objects.none(), empty_label=_("请选择"))
    day = DayField(label=_("日期"))
    begins = forms.TimeField(label=_("开始"), widget=forms.TimeInput(attrs={"type": "time"}), initial=time(9, 0))
    ends = forms.TimeField(label=_("结束"), widget=forms.TimeInput(attrs={"type": "time"}), initial=time(11, 0))
    note = forms.CharField(label=_("说明"), max_length=120, required=False)

    def __init__(self, *args: Any, point: ContactPoint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = point.stationings.served().values("deputy")
        self.fields["deputy"].queryset = Deputy.objects.filter(pk__in=there).order_by("pinyin", "id")  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Keyword arguments of the service; times of the day are those of Shanghai."""
        data = self.cleaned_data
        moments = {name: datetime.combine(data["day"], data[part], SHANGHAI) for name, part in _MOMENTS}
        return {"deputy": data["deputy"], "note": data["note"], **moments}


_MOMENTS = (("starts_at", "begins"), ("ends_at", "ends"))


class PlaqueForm(forms.Form):
    """Which plaques to print together."""

    what = forms.ChoiceField(
        label=_("制作什么"),
        widget=forms.RadioSelect,
        initial="points",
    )
    organisations = forms.MultipleChoiceField(
        label=_("哪些机构"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("一个都不选，就是范围内全部。"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counts = {"points": points_for(user).count(), "deputies": deputies_for(user).count()}
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            ("points", _("联系点公示牌（全部 %(count)s 块）") % {"count": counts["points"]}),
            ("deputies", _("代表公示牌（全部 %(count)s 块）") % {"count": counts["deputies"]}),
        ]
        chosen = [(str(body.pk), str(body)) for body in keepable_bodies(user)]
        self.fields["organisations"].choices = chosen  # type: ignore[attr-defined]
        if len(self.fields["organisations"].choices) < 2:  # type: ignore[attr-defined]
            del self.fields["organisations"]


class ImportForm(forms.Form):
    """A roster file."""

    file = forms.FileField(
        label=_("名册文件"),
        help_text=_("XLSX 或 CSV，第一行是表头。先试读，不会写入任何内容。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={"empty": _("这个文件是空的，请重新选择。")},
    )


class PointsFileForm(ImportForm):
    """A file of contact points."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("联系点文件")
