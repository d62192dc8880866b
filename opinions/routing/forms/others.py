"""The try-out box, a person's own decision, what streets may do, and moving a rule."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.organisations.models import LOCAL_KINDS, Division, Organisation
from deputies.organisations.queries import district_of, handlers_of, street_committee_of
from deputies.roster.models import Deputy
from liaison.base.phrases import aside
from opinions.catalog.models import Reach, Reason, ReasonKind, SourceChannel, Tier, Urgency, Wish
from opinions.catalog.queries import categories, reasons
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.routing.facts import Raised
from opinions.routing.forms.choices import ANY, CHOOSE, category_choices, place_choices
from opinions.routing.models import RuleSet
from opinions.routing.services import STREETS_MAY, Choice


class ActivateForm(forms.Form):
    """That a version is to be in force; with a rule for everything before others, that this is meant."""

    meant = forms.BooleanField(
        label=gettext_lazy("确实要让它对所有事项生效，后面的规则不起作用"),
        error_messages={"required": gettext_lazy("请先勾选确认。")},
    )

    def __init__(self, *args: Any, sweeping: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sweeping:
            del self.fields["meant"]


class TryForm(forms.Form):
    """The try-out box: something that could be raised."""

    text = forms.CharField(
        label=gettext_lazy("内容"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("像居民那样写一句，例如：晨钟小区门口的路灯不亮了。"),
    )  # fmt: skip
    place = forms.ChoiceField(label=gettext_lazy("地点"))
    category = forms.ChoiceField(label=gettext_lazy("类别"), required=False)
    reach = forms.ChoiceField(label=gettext_lazy("影响范围"), required=False, choices=[ANY, *Reach.choices])
    wish = forms.ChoiceField(label=gettext_lazy("居民的希望"), required=False, choices=[ANY, *Wish.choices])
    urgency = forms.ChoiceField(label=gettext_lazy("缓急"), choices=Urgency.choices, initial=Urgency.NORMAL)
    channel = forms.ChoiceField(label=gettext_lazy("来源渠道"), choices=SourceChannel.choices)
    deputy = forms.CharField(
        label=gettext_lazy("指名的代表"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("填姓名；没有指名就空着。"),
    )
    at = forms.DateTimeField(
        label=gettext_lazy("提交时间"), required=False, help_text=gettext_lazy("不填就是现在。"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )  # fmt: skip

    def __init__(self, *args: Any, district: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._district = district
        choices: Any = place_choices(district)
        self.fields["place"].choices = choices  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", _("还没有定")), *category_choices()]  # type: ignore[attr-defined]

    def clean_deputy(self) -> Deputy | None:
        name = self.cleaned_data["deputy"].strip()
        if not name:
            return None
        found = [
            one
            for one in Deputy.objects.filter(name=name).select_related("organisation")
            if district_of(one.organisation) == self._district
        ]
        if len(found) != 1:
            raise ValidationError(_("没有找到这位代表。") if not found else _("有几位代表同名，请换一位试。"))
        return found[0]

    def raised(self, now: datetime) -> Raised:
        """What the box describes, as an opinion to be routed."""
        data = self.cleaned_data
        place: Division = Division.objects.get(code=data["place"])
        return Raised(
            division=place, street=street_committee_of(place) or self._district, district=self._district,
            channel=data["channel"], text=data["text"], deputy=data["deputy"], reach=data["reach"],
            wish=data["wish"], urgency=data["urgency"], at=data["at"] or now,
            category=next((row for row in categories() if row.code == data["category"]), None),
        )  # fmt: skip


class OverrideForm(forms.Form):
    """A person's own decision on one matter. `seen` carries the version of the matter that the user decided on."""

    seen = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    tier = forms.TypedChoiceField(label=gettext_lazy("层级"), choices=[CHOOSE, *Tier.choices], coerce=int)
    organisation = forms.ChoiceField(
        label=gettext_lazy("承办单位"), required=False, help_text=gettext_lazy("社区街道解决、部门办理时选择。")
    )
    deputy = forms.ChoiceField(
        label=gettext_lazy("代表"), required=False, help_text=gettext_lazy("代表直接答复时选择。")
    )
    why = forms.ChoiceField(label=gettext_lazy("改派理由"))
    text = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("承办单位会看到。"), error_messages={"required": gettext_lazy("请写明为什么改派。")},
    )  # fmt: skip

    def __init__(self, *args: Any, matter: Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.matter = matter
        self.fields["seen"].initial = str(matter.version)
        self._bodies = {str(body.pk): body for body in handlers_of(matter.district)}
        reachable = Deputy.objects.active().filter(organisation=matter.street).exclude(user=None, helper=None)
        self._deputies = {str(deputy.pk): deputy for deputy in reachable}
        self._offer("organisation", [("", "—"), *((key, body.name) for key, body in self._bodies.items())])
        standing = ((key, aside(one.name, one.standing)) for key, one in self._deputies.items())
        self._offer("deputy", [("", "—"), *standing])
        self._reasons = {one.name: one for one in reasons(ReasonKind.OVERRIDE)}
        self._offer("why", [CHOOSE, *((name, name) for name in self._reasons)])

    def _offer(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """A body is chosen at the tier at which it handles, as in the rules."""
        data = super().clean() or {}
        tier, body = data.get("tier"), self._bodies.get(data.get("organisation", ""))
        if body is not None and tier in handling.TIERS and (tier == Tier.STREET) != (body.kind in LOCAL_KINDS):
            other = Tier.DEPARTMENT if tier == Tier.STREET else Tier.STREET
            told = {"body": body.name, "tier": other.label}
            self.add_error("organisation", _("“%(body)s”办的是“%(tier)s”这一层级，请改选层级，或换一个单位。") % told)
        return data

    @property
    def choice(self) -> Choice:
        """What was chosen; the field that does not belong to the tier is left out."""
        data = self.cleaned_data
        return Choice(
            tier=data["tier"],
            deputy=self._deputies.get(data["deputy"]) if data["tier"] == Tier.DEPUTY else None,
            organisation=self._bodies.get(data["organisation"]),
        )

    @property
    def because(self) -> Reason:
        """The reason from the list."""
        return self._reasons[self.cleaned_data["why"]]

    @property
    def overtaken(self) -> bool:
        """Whether somebody else has acted on the matter since the form was shown."""
        seen = self.data.get("seen", "") if self.is_bound else ""
        return bool(seen) and seen != str(self.matter.version)


class AllowForm(forms.Form):
    """What the streets of a district may decide by rules of their own."""

    tiers = forms.TypedMultipleChoiceField(
        label=gettext_lazy("层级"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    resolvers = forms.MultipleChoiceField(
        label=gettext_lazy("可以交给"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, rule_set: RuleSet, **kwargs: Any) -> None:
        kwargs["initial"] = {"tiers": rule_set.street_tiers, "resolvers": rule_set.street_resolvers}
        super().__init__(*args, **kwargs)
        possible = [one for many in STREETS_MAY.values() for one in many]
        self.fields["tiers"].choices = [(tier.value, tier.label) for tier in STREETS_MAY]  # type: ignore[attr-defined]
        self.fields["resolvers"].choices = [(one.value, one.label) for one in possible]  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    """Where a rule is to go: a step up or down, or a number."""

    step = forms.ChoiceField(required=False, choices=[("up", "up"), ("down", "down")])
    to = forms.IntegerField(required=False, min_value=1, max_value=1000)

    @property
    def arguments(self) -> dict[str, Any]:
        """As arguments of the service."""
        data = self.cleaned_data
        return {"to": data["to"]} if data.get("to") else {"step": -1 if data.get("step") == "up" else 1}
