"""Forms of what is asked of the committee and decided by it: more time, being let go, joint work."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from deputies.organisations.queries import street_committees_of
from liaison.base.web.forms import day_field, text_field
from liaison.base.workdays.arithmetic import local_today
from opinions.handling.content import Content, Point
from opinions.handling.forms.base import BodiesChoice, BodyChoice, VerbForm, tier_of
from opinions.handling.forms.verbs import SEEN_BY_RESIDENT, ReturnForm
from opinions.handling.models import Assignment, Part
from opinions.handling.queries import (
    extendable_by,
    extensions_before,
    fast_bodies,
    given_by,
    handlers_for,
    objections_before,
    own_limit,
)
from opinions.handling.services import MOST_CO_DAYS, MOST_EXTENSION, extension_days
from opinions.handling.standing import REPLYING, Standing
from opinions.matters.models import ReplyClass


def days_field(label: Any, most: int, **kwargs: Any) -> forms.IntegerField:
    """A number of working days, 1 to `most`."""
    return forms.IntegerField(
        label=label, min_value=1, max_value=most,
        error_messages={
            "required": _("请填写几个工作日。"),
            "invalid": _("请填写一个整数。"),
            "min_value": _("至少 1 个工作日。"),
            "max_value": _("最多 %(limit_value)d 个工作日。"),
        },
        **kwargs,
    )  # fmt: skip


def _day(day: Any) -> str:
    return format_date(day, pgettext("date with weekday", "n月j日（D）"))


class AskExtensionForm(VerbForm):
    """申请延期: until when, and why."""

    until = day_field(_("希望延到哪一天"))
    reason = text_field(_("原因"), rows=3, required=_("请写明为什么需要延期。"), help_text=_("交办单位会看到。"))
    button = _("提交申请")
    hint = _("每次交办只能申请一次；批准之前，仍按原来的时限办理。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clock = own_limit(self.user, self.matter)
        if clock is not None:
            told = _("现在的到期日是 %(due)s，最多再延 %(most)d 个工作日。")
            self.fields["until"].help_text = told % {"due": _day(clock.due_on), "most": MOST_EXTENSION}


class ExtendForm(VerbForm):
    """延长时限, of its own accord or because a body asked: then its day stands ready."""

    body = BodyChoice(label=_("给哪个单位"), required=False)
    days = days_field(_("延长几个工作日"), MOST_EXTENSION, initial=5)
    reason = text_field(_("原因"), rows=3, required=_("请写明为什么延期。"), help_text=SEEN_BY_RESIDENT)
    button = _("延长时限")
    hint: Any = _("每个时限只能延长一次。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = extendable_by(self.user, self.matter)
        blank = _("所有要答复的单位") if any(row.part in REPLYING for row in rows) else _("请选择")
        self.fields["body"].use([row.organisation for row in rows], blank=blank)  # type: ignore[attr-defined]
        asked = extensions_before(self.user, self.matter)
        if asked:
            self._answer(asked[0])
        elif len(rows) == 1:
            self.fields["body"].initial = str(rows[0].organisation_id)
            self.fields["body"].widget = forms.HiddenInput()

    def _answer(self, row: Assignment) -> None:
        self.fields["body"].initial = str(row.organisation_id)
        clock = next((one for one in self.matter.clocks.filter(organisation=row.organisation_id, stopped_at=None)
                      if one.kind in ("reply", "co_opinion")), None)  # fmt: skip
        assert row.extension_until is not None  # noqa: S101 - a constraint holds it
        if clock is not None:
            self.fields["days"].initial = min(max(extension_days(clock.due_on, row.extension_until), 1), MOST_EXTENSION)
        told = _("%(body)s申请延到 %(day)s：%(text)s")
        self.hint = told % {"body": row.organisation.name, "day": _day(row.extension_until), "text": row.extension_text}


class DecideForm(VerbForm):
    """A decision on what a body asked; `rows` are the assignments that wait for it."""

    body = BodyChoice(label=_("哪个单位的申请"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.rows_before()
        self.fields["body"].use([row.organisation for row in rows], blank=_("请选择"))  # type: ignore[attr-defined]
        if rows:
            self.fields["body"].initial = str(rows[0].organisation_id)
            self.hint = self.told(rows[0])
        if len(rows) < 2:
            self.fields["body"].widget = forms.HiddenInput()

    def rows_before(self) -> list[Assignment]:
        """What waits for the user's decision."""
        return objections_before(self.user, self.matter)

    def told(self, row: Assignment) -> Any:
        """What the body asked, in one sentence."""
        told = _("%(body)s申请退回（%(reason)s）：%(text)s")
        words = {"body": row.organisation.name, "reason": row.return_reason, "text": row.return_text}
        if row.suggested is None:
            return told % words
        return _("%(told)s 建议改由%(suggested)s办理。") % {"told": told % words, "suggested": row.suggested.name}


class ConsentReturnForm(DecideForm):
    text = text_field(_("意见（可选）"), rows=2, max_length=1000, help_text=_("只有承办单位看得到。"))
    button = _("同意退回")


class RefuseReturnForm(DecideForm):
    reason = text_field(_("理由"), rows=3, required=_("请写明为什么不同意。"), help_text=_("只有承办单位看得到。"))
    button, danger = _("不同意退回"), True


class RefuseExtensionForm(DecideForm):
    reason = text_field(_("理由"), rows=3, required=_("请写明为什么不同意。"), help_text=_("只有承办单位看得到。"))
    button, danger = _("不同意延期"), True

    def rows_before(self) -> list[Assignment]:
        return extensions_before(self.user, self.matter)

    def told(self, row: Assignment) -> Any:
        told = _("%(body)s申请延到 %(day)s：%(text)s")
        return told % {"body": row.organisation.name, "day": _day(row.extension_until), "text": row.extension_text}


class ObjectForm(ReturnForm):
    """申请退回: the fields of a return; somebody else decides."""

    button, danger = _("提交申请"), False
    hint = _("退回要经人大工委同意；第二次退回由区人大决定。决定之前，本单位照常办理，并对时限负责。")


class SettleForm(VerbForm):
    """马上办: who does it, what was done, and the reply in one form."""

    lead = BodyChoice(label=_("由谁办"), error_messages={"required": _("请选择由哪个单位办理。")})
    person = forms.CharField(label=_("责任人"), max_length=40, error_messages={"required": _("请填写责任人姓名。")})
    measure = text_field(_("做了什么"), rows=2, max_length=2000, required=_("请写明做了什么。"))
    text = text_field(_("给居民的答复"), rows=4, required=_("请写下给居民的答复。"), help_text=SEEN_BY_RESIDENT)
    reply_class = forms.ChoiceField(
        label=_("结果"), widget=forms.RadioSelect,
        choices=[(one.value, one.label) for one in (ReplyClass.SOLVED, ReplyClass.EXPLAINED)],
        error_messages={"required": _("请选择结果。")},
    )  # fmt: skip
    button, said = _("马上办"), ("text", "measure")
    hint = _("当天能办的当天办：一次完成交办、签收和答复，时限就是今天；答复由办理单位负责人审签后发给居民。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = fast_bodies(self.matter)
        self.fields["lead"].use(bodies, blank=_("请选择"))  # type: ignore[attr-defined]
        if len(bodies) == 1:
            self.fields["lead"].initial = str(bodies[0].pk)

    @property
    def arguments(self) -> dict[str, Any]:
        data, today = self.cleaned_data, local_today(timezone.now())
        lead, person = data["lead"], data["person"]
        point = Point(problem=self.matter.title, measure=data["measure"], person=person, due_on=today)
        content = Content(text=data["text"], reply_class=data["reply_class"], points=(point,))
        return {"lead": lead, "tier": tier_of(lead), "person": person, "content": content}


class SetLimitForm(VerbForm):
    """定协办期限."""

    body = BodyChoice(label=_("协办单位"), error_messages={"required": _("请选择一个协办单位。")})
    days = days_field(
        _("几个工作日内提交意见"), MOST_CO_DAYS, help_text=_("自交办起算；最迟在主办单位答复到期前一个工作日。")
    )
    button = _("确定期限")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [row for row in given_by(self.user, self.matter) if row.part == Part.CO]
        self.fields["body"].use([row.organisation for row in rows], blank=_("请选择"))  # type: ignore[attr-defined]
        if len(rows) == 1:
            self.fields["body"].initial = str(rows[0].organisation_id)


class AddCoForm(VerbForm):
    """增加协办单位."""

    bodies = BodiesChoice(label=_("请哪些单位协办"), error_messages={"required": _("请至少选择一个单位。")})
    task = text_field(
        _("请他们做什么"), rows=2, max_length=200, required=_("请写明请他们做什么。"),
        help_text=_("例如：提供地下管线图。协办意见的期限在主办单位之前；主办单位的时限不变。"),
    )  # fmt: skip
    button = _("增加")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        busy = [row.organisation for row in Standing.live_of(self.matter)]
        rows = [body for body in handlers_for(self.matter) if body not in busy]
        self.fields["bodies"].use(rows)  # type: ignore[attr-defined]


class JoinStreetsForm(VerbForm):
    """邀请街道联办."""

    streets = BodiesChoice(label=_("请哪些街道一起办"), error_messages={"required": _("请至少选择一个街道。")})
    task = text_field(
        _("请他们做什么"), rows=2, max_length=200, required=_("请写明请他们一起做什么。"),
        help_text=_("例如：排查本街道沿河排水口。受邀街道能看到这件事，并在内部留言里配合。"),
    )  # fmt: skip
    button = _("邀请")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {self.matter.street_id, *self.matter.joint_streets.values_list("street", flat=True)}
        rows = [body for body in street_committees_of(self.matter.district) if body.pk not in held]
        self.fields["streets"].use(rows)  # type: ignore[attr-defined]
