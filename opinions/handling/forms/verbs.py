"""One form a verb, but for the reply (see reply.py)."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from deputies.organisations.queries import street_committees_of
from liaison.base.phrases import aside
from liaison.base.web.forms import photos_field, text_field
from opinions.catalog.models import ReasonKind
from opinions.catalog.queries import reasons, responsible_for
from opinions.clocks.services import OwnLimit
from opinions.handling.content import PERSON_MAX
from opinions.handling.forms.base import (
    BodiesChoice,
    BodyChoice,
    Choices,
    ReasonChoice,
    VerbForm,
    offered_bodies,
    tier_field,
    tier_of,
)
from opinions.handling.models import AssignmentStatus
from opinions.handling.queries import (
    advice_on,
    last_lead,
    speaks_publicly,
    transfer_candidates,
)
from opinions.handling.services import ANSWER_CLASSES, MOST_CO_DAYS
from opinions.matters.models import ReplyClass

SEEN_BY_RESIDENT = _("居民会看到这段话。")


class TakeForm(VerbForm):
    button = _("接单")
    hint = _("接单后由您这边负责办理或交办，居民会收到通知。")


class DeclineForm(VerbForm):
    reason = ReasonChoice(label=_("理由"), error_messages={"required": _("请选择不予受理的理由。")})
    text = text_field(_("说明"), required=_("请向居民写明为什么不能受理。"), help_text=SEEN_BY_RESIDENT)
    where = forms.CharField(
        label=_("居民可以到哪里反映"), required=False, max_length=300, help_text=_("不填时，用上面理由里的指引。")
    )
    button, danger = _("不予受理"), True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].use(reasons(ReasonKind.DECLINE))  # type: ignore[attr-defined]


class TransferForm(VerbForm):
    to = forms.ChoiceField(label=_("转交给"), error_messages={"required": _("请选择转交给哪个街道或哪位代表。")})
    reason = text_field(_("转交说明"), rows=3, required=_("请写明为什么转交。"), help_text=SEEN_BY_RESIDENT)
    button = _("转交")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.streets = {f"street-{body.pk}": body for body in self._streets()}
        self.deputies = {f"deputy-{row.pk}": row for row in transfer_candidates(self.matter)}
        own = [(key, body.name) for key, body in self.streets.items()]
        people = [(key, aside(row.name, row.organisation.name)) for key, row in self.deputies.items()]
        groups: list[tuple[Any, Any]] = [("", _("请选择")), (_("街道、乡镇"), own), (_("代表"), people)]
        self.fields["to"].choices = groups  # type: ignore[attr-defined]

    def _streets(self) -> list[Organisation]:
        rows = [body for body in street_committees_of(self.matter.district) if body.pk != self.matter.holder_id]
        return sorted(rows, key=lambda body: body.pk != self.matter.street_id)

    @property
    def arguments(self) -> dict[str, Any]:
        data, key = super().arguments, self.cleaned_data["to"]
        return {"reason": data["reason"], "street": self.streets.get(key), "deputy": self.deputies.get(key)}


class AskForm(VerbForm):
    question = text_field(
        _("要居民补充什么"), rows=3, required=_("请写明要居民补充什么。"),
        help_text=_("居民会收到短信。等居民补充期间，办理时限暂停。"),
    )  # fmt: skip
    button = _("发给居民")


def _results() -> Choices:
    """The classes that a deputy may state, without their letter."""
    return [("", str(_("不选"))), *((one, str(ReplyClass(one).label)[2:]) for one in ANSWER_CLASSES if one)]


class AnswerForm(VerbForm):
    text = text_field(_("答复"), rows=4, required=_("请写下答复的内容。"))
    reply_class = forms.ChoiceField(
        label=_("结果"), required=False, widget=forms.RadioSelect,
        choices=_results,
    )  # fmt: skip
    photos = photos_field()
    button, said, takes_templates = _("发送"), ("text",), True
    extras, extras_label = ("reply_class", "photos"), _("结果和照片（可选）")


class AssignForm(VerbForm):
    """交办. `mode` says whether one leads or each answers; `others` are co-handlers or the separate bodies."""

    LEAD, SEPARATE = "lead", "separate"
    mode = forms.ChoiceField(
        label=_("怎样办"), initial=LEAD, required=False, widget=forms.RadioSelect,
        choices=[(LEAD, _("一个单位主办，统一答复")), (SEPARATE, _("几个单位分办，各自答复"))],
    )  # fmt: skip
    lead = BodyChoice(label=_("主办单位"), required=False)
    others = BodiesChoice(label=_("协办单位；分办时为各分办单位"), required=False)
    tier = tier_field()
    note = text_field(_("交办要求（可选）"), rows=2, max_length=1000, help_text=_("只有承办单位看得到。"))
    co_days = forms.IntegerField(
        label=_("协办单位几个工作日内提交意见"), required=False, min_value=1, max_value=MOST_CO_DAYS,
        help_text=_("不填时按规定；最迟在主办单位答复到期前一个工作日。"),
        error_messages={
            "invalid": _("请填写一个整数。"),
            "min_value": _("至少 1 个工作日。"),
            "max_value": _("最多 %(limit_value)d 个工作日。"),
        },
    )  # fmt: skip
    reason = text_field(
        _("理由"), rows=2, max_length=300,
        help_text=_("改变层级、或由区人大指定退回过的单位办理时，请写明理由，居民会看到。"),
    )  # fmt: skip
    button = _("交办")
    extras, extras_label = ("mode", "others", "co_days", "tier", "reason"), _("协办、分办、期限和层级（可选）")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = offered_bodies(self.user, self.matter)
        self.fields["lead"].use(bodies, blank=_("请选择"))  # type: ignore[attr-defined]
        self.fields["others"].use(bodies)  # type: ignore[attr-defined]
        self._suggest(bodies)

    def _suggest(self, bodies: list[Organisation]) -> None:
        """Who returned it named somebody; else the rules' lead with its co-handlers, else the body responsible for the
        category."""
        before = last_lead(self.matter)
        if before is not None and before.status == AssignmentStatus.RETURNED:
            self._offer(before.suggested, bodies, _("退回单位建议：%(body)s"))
            return
        lead, co = advice_on(self.matter) or (None, ())
        if self._offer(lead, bodies, _("规则建议：%(body)s")):
            self.initial["others"] = [str(body.pk) for body in co if body in bodies]
        else:
            self._offer(
                responsible_for(self.matter.category, self.matter.district_id), bodies, _("按类别建议：%(body)s")
            )

    def _offer(self, body: Organisation | None, bodies: list[Organisation], told: Any) -> bool:
        """Choose the lead beforehand and say whence; not where it is none of those offered."""
        if body is None or body not in bodies:
            return False
        self.fields["lead"].initial = str(body.pk)
        self.fields["lead"].help_text = told % {"body": body.name}
        return True

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("mode") == self.SEPARATE:
            data["lead"] = None
            if len(data.get("others", [])) < 2 and "others" not in self.errors:
                self.add_error("others", _("分办至少要选两个单位；只有一个单位的，请选为主办。"))
        elif not data.get("lead") and "lead" not in self.errors:
            self.add_error("lead", _("请选择主办单位。"))
        leading = [body for body in (data.get("lead"), *data.get("others", [])) if body]
        if data.get("tier") is None and leading:
            data["tier"] = tier_of(leading[0])
        return data

    @property
    def arguments(self) -> dict[str, Any]:
        data = super().arguments
        mode, others, days = data.pop("mode"), data.pop("others"), data.pop("co_days")
        others_as = "separate" if mode == self.SEPARATE else "co"
        return {**data, others_as: others, "co_limit": OwnLimit(days) if days else None}


class RecallForm(VerbForm):
    reason = text_field(_("原因"), rows=3, required=_("请写明为什么收回。"), help_text=SEEN_BY_RESIDENT)
    button = _("收回交办")


class UndoForm(RecallForm):
    """The button 撤销 after assigning: the reason is ready."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False

    def clean_reason(self) -> str:
        return self.cleaned_data["reason"] or str(_("操作有误，撤销交办。"))


class SignForm(VerbForm):
    person = forms.CharField(
        label=_("责任人"), max_length=PERSON_MAX, help_text=_("本单位具体负责这件事的人。"),
        error_messages={"required": _("请填写责任人姓名。")},
    )  # fmt: skip
    button = _("签收")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].initial = self.user.name


class ReturnForm(VerbForm):
    reason = ReasonChoice(label=_("理由"), error_messages={"required": _("请选择退回的理由。")})
    text = text_field(_("依据"), rows=3, required=_("请写明退回的依据。"), help_text=_("写明文件、职责分工等依据。"))
    suggested = BodyChoice(label=_("建议由哪个单位办理（可选）"), required=False)
    button, danger = _("退回"), True
    hint = _("退回后，在其他单位签收之前，本单位仍对时限负责。同一事项第二次退回由区人大协调。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].use(reasons(ReasonKind.RETURN))  # type: ignore[attr-defined]
        bodies = [body for body in offered_bodies(self.user, self.matter) if body.pk != self.user.organisation_id]
        self.fields["suggested"].use(bodies, blank=_("不建议"))  # type: ignore[attr-defined]


class SendBackForm(VerbForm):
    reason = text_field(_("怎样修改"), rows=3, required=_("请写明要怎样修改。"))
    button = _("退回修改")


class CoOpinionForm(VerbForm):
    text = text_field(
        _("协办意见"), rows=6, required=_("请写下协办意见。"), help_text=_("只交给主办单位，居民看不到。")
    )
    button, said = _("提交给主办单位"), ("text",)


class ReopenForm(VerbForm):
    reason = text_field(_("原因"), rows=3, required=_("请写明为什么重启。"), help_text=SEEN_BY_RESIDENT)
    lead = BodyChoice(label=_("由哪个单位办理"), required=False)
    button = _("重启办理")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before = last_lead(self.matter)
        bodies = offered_bodies(self.user, self.matter)
        if before is not None and before.organisation not in bodies:
            bodies = [before.organisation, *bodies]
        self.fields["lead"].use(bodies, blank=_("请选择"))  # type: ignore[attr-defined]
        self.fields["lead"].initial = str(before.organisation_id) if before else ""


class NoteForm(VerbForm):
    text = text_field(_("内容"), rows=4, required=_("请写下内容再发送。"))
    audience = forms.ChoiceField(
        label=_("给谁看"), initial="internal", widget=forms.RadioSelect,
        choices=[("internal", _("内部：只有办理人员看得到")), ("public", _("公开：居民也看得到"))],
    )  # fmt: skip
    photos = photos_field()
    button = _("发送")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not speaks_publicly(self.user, self.matter, now=timezone.now()):
            self.fields["audience"].choices = self.fields["audience"].choices[:1]  # type: ignore[attr-defined]

    @property
    def arguments(self) -> dict[str, Any]:
        return {"text": self.cleaned_data["text"], "public": self.cleaned_data["audience"] == "public"}
