"""Forms of the roster."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import DivisionLevel, Organisation
from deputies.organisations.queries import bodies, division_tree
from deputies.roster.models import (
    ChatGroup,
    CongressLevel,
    Delegation,
    Deputy,
    Group,
    Identity,
    PublicField,
    Term,
)
from deputies.roster.queries import groups_near, keepable_bodies, possible_accounts, possible_helpers, terms_near
from deputies.roster.services import Details
from deputies.roster.states import DeputyStatus
from liaison.base.web.forms import DayField, PhoneField, ReasonForm, RowsField


def body_choices(user: User) -> list[tuple[str, str]]:
    """The bodies that may link deputies, in the user's scope."""
    return [(str(body.pk), body.name) for body in keepable_bodies(user)]


def electoral_choices(user: User, deputy: Deputy | None) -> Iterator[tuple[str, str]]:
    """The electoral districts below the place of the user's body, and the deputy's present one."""
    place = user.organisation.division_id if user.organisation else None
    kept = deputy.electoral_district_id if deputy is not None else None
    yield "", "–"
    rows = division_tree().descendants(place) if place else []
    for division in rows:
        if division.level == DivisionLevel.ELECTORAL and (division.active or division.pk == kept):
            yield str(division.pk), division.name
    if kept and kept not in {division.pk for division in rows}:
        yield str(kept), str(division_tree().get(kept))


class DeputyFilter(forms.Form):
    """Search and filters of the list of deputies."""

    q = forms.CharField(label=_("姓名、拼音或代表证号"), required=False, max_length=60)
    standing = forms.ChoiceField(
        label=_("级别"),
        required=False,
        choices=[("", _("全部级别")), *CongressLevel.choices, (Identity.CONSULTANT, Identity.CONSULTANT.label)],
    )
    status = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("未离任")), *DeputyStatus.choices, ("all", _("全部"))]
    )
    group = forms.ChoiceField(label=_("代表小组"), required=False)
    organisation = forms.ChoiceField(label=_("联系机构"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [(str(group.pk), group.name) for group in groups_near(user)]
        self.fields["group"].choices = [("", _("全部小组")), *groups]  # type: ignore[attr-defined]
        bodies_ = body_choices(user)
        self.fields["organisation"].choices = [("", _("全部机构")), *bodies_]  # type: ignore[attr-defined]
        if len(bodies_) < 2:
            del self.fields["organisation"]

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that can be understood; a strange one is left out."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class DeputyForm(forms.Form):
    """What the roster knows of a deputy."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    identity = forms.ChoiceField(
        label=_("身份"),
        choices=Identity.choices,
        widget=forms.RadioSelect,
        help_text=_("议政代表不填级别、届次和代表团。"),
    )
    level = forms.ChoiceField(label=_("级别"), required=False, choices=[("", "–"), *CongressLevel.choices])
    term = forms.ModelChoiceField(label=_("届次"), queryset=Term.objects.none(), required=False, empty_label="–")
    delegation = forms.ModelChoiceField(
        label=_("代表团"), queryset=Delegation.objects.none(), required=False, empty_label="–"
    )
    electoral_district = forms.ChoiceField(label=_("选区"), required=False)
    organisation = forms.ChoiceField(label=_("联系机构"))
    groups = RowsField(
        label=_("代表小组"), queryset=Group.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    certificate = forms.CharField(label=_("代表证号"), max_length=40, required=False)
    title = forms.CharField(label=_("职务"), max_length=120, required=False)
    biography = forms.CharField(
        label=_("简介"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    phone = PhoneField(required=False, help_text=_("加密保存，只用于通知代表，不对外公开。"))
    public_fields = forms.MultipleChoiceField(
        label=_("代表同意公开的内容"),
        choices=PublicField.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("姓名、级别、选区依法公开；其他内容须经代表本人同意，可随时撤回。"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, deputy: Deputy | None = None, **kwargs: Any) -> None:
        self.deputy = deputy
        super().__init__(*args, **{"initial": self._initial(user, deputy), **kwargs})
        if deputy is not None:
            self.fields["phone"].keep(deputy.phone)  # type: ignore[attr-defined]
        terms = terms_near(user)
        self.fields["term"].queryset = terms  # type: ignore[attr-defined]
        self.fields["delegation"].queryset = Delegation.objects.filter(term__in=terms).order_by("id")  # type: ignore[attr-defined]
        kept = Q(pk__in=[group.pk for group in deputy.groups.all()] if deputy else [])
        known = Group.objects.filter(Q(pk__in=groups_near(user).values("pk")) | kept)
        self.fields["groups"].queryset = known.order_by("kind", "name", "id")  # type: ignore[attr-defined]
        self.fields["organisation"].choices = body_choices(user)  # type: ignore[attr-defined]
        self.fields["electoral_district"].choices = list(electoral_choices(user, deputy))  # type: ignore[attr-defined]

    @staticmethod
    def _initial(user: User, deputy: Deputy | None) -> dict[str, Any]:
        if deputy is None:
            term = terms_near(user).filter(level=CongressLevel.COUNTY, ends_on__isnull=True).first()
            first = {"identity": Identity.DEPUTY, "level": CongressLevel.COUNTY, "term": term}
            return first | {"organisation": str(user.organisation_id)}
        names = ("name", "identity", "level", "certificate", "title", "biography", "public_fields", "version")
        values = {name: getattr(deputy, name) for name in names}
        values |= {"term": deputy.term_id, "delegation": deputy.delegation_id, "groups": list(deputy.groups.all())}
        place, body = str(deputy.electoral_district_id or ""), str(deputy.organisation_id)
        return values | {"electoral_district": place, "organisation": body}

    def clean_organisation(self) -> Organisation | None:
        return bodies().get(int(self.cleaned_data["organisation"]))

    def clean_electoral_district(self) -> Any:
        chosen = self.cleaned_data["electoral_district"]
        return division_tree().get(int(chosen)) if chosen else None

    def details(self) -> Details:
        """What was typed, for the service."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return Details(**{**values, "groups": list(values["groups"])})

    @property
    def stale_version(self) -> int:
        """The version of the record that the screen showed."""
        return self.cleaned_data["version"] or 0


class OptionalReasonForm(ReasonForm):
    """A remark that may be left out."""

    reason = forms.CharField(label=_("说明"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class EndForm(ReasonForm):
    """Why and when a deputy leaves office."""

    on = DayField(label=_("离任日期"))
    field_order = ["on", "reason"]


class TermEndForm(forms.Form):
    """The last day of a term, and a tick that one knows what it does."""

    on = DayField(label=_("届满日期"), initial=date.today)
    sure = forms.BooleanField(label=_("我确认：本届代表全部转为离任，二维码改为引导到联系点"))


class ConsentForm(forms.Form):
    """What of the profile may be shown."""

    public_fields = forms.MultipleChoiceField(
        label=_("同意公开"),
        choices=PublicField.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("姓名、级别、选区依法公开；这里的内容只有勾选了才会显示在扫码页面。"),
    )


class PairForm(forms.Form):
    """Who helps the deputy, and which account is the deputy's own."""

    helper = forms.ModelChoiceField(
        label=_("结对联络员"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("不结对"),
        help_text=_("不便用手机的代表，由联络员代为接单、答复；每一步都会记下是代办。"),
    )
    account = forms.ModelChoiceField(
        label=_("代表本人的账号"), queryset=User.objects.none(), required=False, empty_label=_("没有账号")
    )

    def __init__(self, *args: Any, user: User, deputy: Deputy, **kwargs: Any) -> None:
        kwargs["initial"] = {"helper": deputy.helper_id, "account": deputy.user_id}
        super().__init__(*args, **kwargs)
        self.fields["helper"].queryset = possible_helpers(user)  # type: ignore[attr-defined]
        self.fields["account"].queryset = possible_accounts(user, deputy)  # type: ignore[attr-defined]


class ChatGroupForm(forms.ModelForm):
    """A chat group of the register (S17). The keeper's phone or the group's content are never asked for."""

    organisation = forms.ChoiceField(label=_("机构"))
    division = forms.ChoiceField(label=_("所在社区"))

    class Meta:
        model = ChatGroup
        fields = ("name", "organisation", "division", "keeper", "members", "active")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = body_choices(user)  # type: ignore[attr-defined]
        self.fields["division"].choices = list(_community_choices(user))  # type: ignore[attr-defined]

    def clean_organisation(self) -> Organisation | None:
        return bodies().get(int(self.cleaned_data["organisation"]))

    def clean_division(self) -> Any:
        return division_tree().get(int(self.cleaned_data["division"]))


def _community_choices(user: User) -> Iterator[tuple[str, str]]:
    tree = division_tree()
    place = user.organisation.division_id if user.organisation else None
    wanted = (DivisionLevel.STREET, DivisionLevel.COMMUNITY, DivisionLevel.GRID, DivisionLevel.ESTATE)
    for division in tree.descendants(place, include_self=True) if place else []:
        if division.level in wanted and division.active:
            yield str(division.pk), tree.path(division.pk)
