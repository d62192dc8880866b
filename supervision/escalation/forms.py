"""Forms of lights and of the ladder."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, User
from deputies.organisations.models import HANDLER_KINDS, STREET_KINDS, Organisation, OrganisationKind
from deputies.organisations.queries import ids_below
from liaison.base.notices.models import Channel
from liaison.base.web.forms import RowsField
from liaison.base.workdays.arithmetic import Light
from opinions.catalog.models import ClockKind
from supervision.escalation.directory import NOBODYS
from supervision.escalation.models import Firing, Rung
from supervision.escalation.queries import TRIGGERS, to_act
from supervision.escalation.states import STREETS_OWN, Audience, Trigger

WHOSE = (("mine", _("等我督办")), ("all", _("范围内全部")))
CHANNELS = (Channel.IN_APP, Channel.EMAIL, Channel.SMS, Channel.WECOM)
ROLES = (*STREET_ROLES, *DEPARTMENT_ROLES, *DISTRICT_ROLES)


class LightsForm(forms.Form):
    """Filters of 督办待办; what is not understood filters nothing."""

    whose = forms.ChoiceField(label=_("谁来督办"), choices=WHOSE, required=False)
    light = forms.ChoiceField(label=_("灯色"), required=False)
    body = forms.ModelChoiceField(
        label=_("责任单位"), queryset=Organisation.objects.none(), required=False, empty_label=_("全部")
    )
    street = forms.ModelChoiceField(
        label=_("街道"), queryset=Organisation.objects.none(), required=False, empty_label=_("全部")
    )
    rung = forms.ModelChoiceField(label=_("层级"), queryset=Rung.objects.none(), required=False, empty_label=_("全部"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        colours = [(light.value, light.label) for light in TRIGGERS]
        self.fields["light"].choices = [("", _("全部")), *colours]  # type: ignore[attr-defined]
        district = (
            user.organisation.parent_id if user.organisation and user.organisation.parent_id else user.organisation_id
        )
        below = (
            Organisation.objects.filter(pk__in=ids_below(district), active=True)
            if district
            else Organisation.objects.none()
        )
        rows: dict[str, QuerySet[Any]] = {
            "body": below.filter(kind__in=(*HANDLER_KINDS, *STREET_KINDS)),
            "street": below.filter(kind__in=STREET_KINDS),
            "rung": Rung.objects.filter(copied_from=None, acts=True, organisation__in=[district] if district else []),
        }  # fmt: skip
        for name, found in rows.items():
            self.fields[name].queryset = found  # type: ignore[attr-defined]

    def chosen(self) -> QuerySet[Firing]:
        """The rows that were asked for; the user's own unless all are wanted."""
        self.is_valid()
        data = self.cleaned_data
        rows = to_act(self.user, mine=data.get("whose") != "all")
        if data.get("light"):
            rows = rows.filter(trigger__in=TRIGGERS[Light(data["light"])])
        if data.get("body"):
            rows = rows.filter(Q(clock__organisation=data["body"]) | Q(mark__reply__organisation=data["body"]))
        names = {"street": "matter__street", "rung": "rung"}
        return rows.filter(**{names[name]: data[name] for name in names if data.get(name)})


class DoneForm(forms.Form):
    """What was done about a light."""

    done = forms.CharField(
        label=_("做了什么"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("如：已约谈经办人，承诺本周三前上门。写明后记入这件事的经过。"),
    )  # fmt: skip


class RungForm(forms.Form):
    """One rung. A street's addresses the street's own level only."""

    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("写在经过和提醒里，如“红灯，街道主任督办”。"))
    trigger = forms.ChoiceField(label=_("从哪一天算起"), choices=Trigger)
    after = forms.IntegerField(label=_("过几个工作日"), min_value=0, max_value=250, initial=0)
    kinds = forms.MultipleChoiceField(
        label=_("适用的时限"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("都不勾就是全部。")
    )
    audience = forms.ChoiceField(label=_("告诉谁"))
    roles = forms.MultipleChoiceField(
        label=_("其中哪些角色"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(role.value, role.label) for role in ROLES], help_text=_("都不勾就是这个单位的全部工作人员。"),
    )  # fmt: skip
    people = RowsField(
        label=_("指定人员"), queryset=User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("只在“告诉谁”选了“指定人员”时有用。"),
    )  # fmt: skip
    acts = forms.BooleanField(label=_("须督办：收到的人要过问并写明做了什么"), required=False)
    channels = forms.MultipleChoiceField(
        label=_("渠道"), widget=forms.CheckboxSelectMultiple, choices=[(one.value, one.label) for one in CHANNELS]
    )
    begin = forms.IntegerField(label=_("几点起可以发"), min_value=0, max_value=23)
    end = forms.IntegerField(label=_("几点以后不发"), min_value=1, max_value=24)
    any_day = forms.BooleanField(label=_("休息日也发"), required=False)
    digest = forms.BooleanField(label=_("合并成一条提醒"), required=False)
    active = forms.BooleanField(label=_("启用"), required=False)

    def __init__(self, *args: Any, rung: Rung, **kwargs: Any) -> None:
        held = {name: getattr(rung, name) for name in self.base_fields if name != "people"}
        kwargs["initial"] = held | {"people": rung.people.all() if rung.pk else []}
        super().__init__(*args, **kwargs)
        self.rung = rung
        kinds = [(kind.value, kind.label) for kind in ClockKind if kind not in NOBODYS]
        self.fields["kinds"].choices = kinds  # type: ignore[attr-defined]
        body = rung.organisation
        wide = body.kind == OrganisationKind.CONGRESS
        audiences = [(one.value, one.label) for one in Audience if wide or one in STREETS_OWN]
        self.fields["audience"].choices = audiences  # type: ignore[attr-defined]
        leaders = User.objects.filter(is_active=True, role__in=DISTRICT_ROLES, organisation=body)
        self.fields["people"].queryset = leaders  # type: ignore[attr-defined]
        if not wide:
            del self.fields["people"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("audience") == Audience.NAMED and not data.get("people"):
            self.add_error("people", str(_("请指定至少一个人。")))
        return {"people": [], **data}

    def filled(self) -> Rung:
        """The rung with what was chosen, not yet saved."""
        for name, value in self.cleaned_data.items():
            if name != "people":
                setattr(self.rung, name, value)
        return self.rung
