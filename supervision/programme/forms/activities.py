"""Forms around an activity."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import Role, User
from deputies.accounts.queries import street_of
from deputies.organisations.queries import bodies, district_of, handlers_of, street_committees_of
from liaison.base.codes import grouped
from liaison.base.errors import InvalidInput
from liaison.base.phrases import aside
from liaison.base.web.forms import SEVERAL, STRANGE, day_field, files_field, offer, text_field
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.catalog.queries import categories
from opinions.handling.queries import deputies_of
from opinions.matters.models import Matter
from opinions.matters.queries import named_matters
from supervision.programme.forms.tasks import hint_workdays
from supervision.programme.models import Activity, ActivityKind, OutcomeClass, Participant, Scope
from supervision.programme.queries import named
from supervision.programme.services import MOST_MATTERS, ActivityData, Circle, TaskData
from supervision.programme.states import ActivityStatus, Attendance

ROWS = 3
"""Tasks that can be written at once with the minutes."""
CHOOSE = [("", _("请选择"))]


def _time_field(label: Any, **kwargs: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(
        label=label, required=False, widget=widget, error_messages={"invalid": _("请填写时间，例如 09:00。")}, **kwargs
    )


def _choice_field(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, required=False, empty_value=None, error_messages=STRANGE)


class WhenMixin(forms.Form):
    """Day and hours; without hours it lasts whole days."""

    day = day_field(_("日期"))
    start = _time_field(_("开始（不填为全天）"))
    until = _time_field(_("结束"))
    last_day = day_field(_("最后一天（多天的填）"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("start") and not data.get("until") and "until" not in self.errors:
            self.add_error("until", _("请填写结束时间。"))
        if data.get("until") and not data.get("start") and "start" not in self.errors:
            self.add_error("start", _("请填写开始时间。"))
        return data

    @property
    def times(self) -> dict[str, Any]:
        """Beginning and end, of a valid form."""
        data = self.cleaned_data
        last = data["last_day"] or data["day"]
        whole = data["start"] is None
        first, end = (time(), time(23, 59)) if whole else (data["start"], data["until"])
        return {
            "starts_at": datetime.combine(data["day"], first, SHANGHAI),
            "ends_at": datetime.combine(last, end, SHANGHAI),
            "all_day": whole,
        }

    def show_times(self, activity: Activity) -> None:
        """The times as they stand."""
        start, end = (timezone.localtime(one, SHANGHAI) for one in (activity.starts_at, activity.ends_at))
        self.initial.update({"day": start.date(), "last_day": end.date() if end.date() != start.date() else None})
        if not activity.all_day:
            self.initial.update({"start": start.time(), "until": end.time()})


class ActivityForm(WhenMixin):
    """筹备活动. Matters are named by their codes; those the user came from stand there already."""

    kind = forms.ChoiceField(label=_("种类"), choices=ActivityKind.choices, error_messages=STRANGE)
    title = forms.CharField(label=_("名称"), max_length=80, error_messages={"required": _("请写活动名称。")})
    place = forms.CharField(label=_("地点"), max_length=160, error_messages={"required": _("请写地点。")})
    scope = forms.ChoiceField(
        label=_("范围"), choices=Scope.choices, initial=Scope.INTERNAL, widget=forms.RadioSelect,
        help_text=_("公开的活动，群众能看到主题、时间、地点和结果，看不到参加人的姓名。"),
    )  # fmt: skip
    agenda = text_field(_("议程（可选）"), 3, max_length=4000)
    codes = forms.CharField(
        label=_("相关意见的编号（可选）"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("几件的，用空格或换行隔开。"),
    )  # fmt: skip
    body = forms.TypedChoiceField(
        label=_("被视察、被约见单位"), required=False, empty_value=None, error_messages=STRANGE
    )
    request = text_field(
        _("代表的要求"), 3, max_length=2000, help_text=_("持证视察、约见负责人必填：谁提出、想看什么、想见谁。")
    )
    credential = forms.CharField(
        label=_("代表证（视察证）号"), required=False, max_length=60, help_text=_("持证视察必填。")
    )
    category = _choice_field(_("类别"))
    tag = forms.CharField(
        label=_("关键词"),
        required=False,
        max_length=30,
        help_text=_("公告期内这个类别、或提到这个词的意见会列出来。"),
    )
    opens_on = day_field(_("公告从"), required=False)
    closes_on = day_field(_("公告到"), required=False)
    main = ("kind", "title", "day", "start", "until", "last_day", "place", "scope", "agenda", "codes")
    asked = ("body", "request", "credential")
    theme = ("category", "tag", "opens_on", "closes_on")
    button = _("保存")

    def __init__(self, *args: Any, user: User, activity: Activity | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.kept = list(named(activity)) if activity else []
        organiser = activity.organiser if activity else bodies().get(street_of(user))
        district = district_of(organiser) if organiser else None
        offices = handlers_of(district) if district else []
        offer(self.fields["body"], [(one, one.name) for one in offices], first=[("", _("无"))])
        kinds = [(one, f"{one.parent.name} › {one.name}" if one.parent else one.name) for one in categories()]
        offer(self.fields["category"], kinds, first=[("", _("无"))])
        if activity is not None:
            self._show(activity)

    def _show(self, activity: Activity) -> None:
        names = ("kind", "title", "place", "scope", "agenda", "request", "credential", "tag", "opens_on", "closes_on")
        self.initial.update({name: getattr(activity, name) for name in names})
        self.initial.update({"body": str(activity.body_id or ""), "category": str(activity.category_id or "")})
        self.initial["codes"] = "\n".join(grouped(one.code) for one in self.kept)
        self.show_times(activity)
        if activity.status == ActivityStatus.ANNOUNCED:
            for name in ("kind", "day", "start", "until", "last_day"):
                self.fields[name].disabled = True

    def clean_codes(self) -> list[Matter]:
        """The matters that the codes name: in the user's scope, or attached before."""
        try:
            return named_matters(self.user, self.cleaned_data["codes"], kept=self.kept)
        except InvalidInput as error:
            raise forms.ValidationError(str(error.message)) from error

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField], bool]]:
        """The parts of the form: legend, fields, whether it stands open."""
        parts = (
            ("", self.main),
            (_("代表的要求（持证视察、约见）"), self.asked),
            (_("主题月：公告期与征集"), self.theme),
        )
        return [(legend, [self[name] for name in names], self._filled(names)) for legend, names in parts]

    def _filled(self, names: tuple[str, ...]) -> bool:
        return any(self[name].value() or name in self.errors for name in names)

    @property
    def activity_data(self) -> ActivityData:
        """What was written, of a valid form."""
        data = self.cleaned_data
        names = ("kind", "title", "place", "scope", "agenda", *self.asked, *self.theme)
        return ActivityData(**{name: data[name] for name in names}, **self.times, matters=data["codes"])


class PostponeForm(WhenMixin):
    """改期."""

    reason = text_field(_("为什么改期"), 2, required=_("请写明为什么改期。"), max_length=300)
    button = _("改期并通知")
    field_order = ["day", "start", "until", "last_day", "reason"]


class CancelForm(forms.Form):
    reason = text_field(_("为什么取消"), 2, required=_("请写明为什么取消。"), max_length=300)
    button = _("取消活动并通知")
    danger = True


class AnswerForm(forms.Form):
    """What the body answers to the deputies who want to see its head."""

    text = text_field(_("答复"), 3, required=_("请写下答复。"), max_length=2000, help_text=_("谁来、什么时候方便。"))
    button = _("回复")


class PeopleForm(forms.Form):
    """请人参加."""

    deputies = forms.TypedMultipleChoiceField(label=_("代表"), required=False, error_messages=STRANGE)
    bodies = forms.TypedMultipleChoiceField(label=_("单位"), required=False, error_messages=STRANGE)
    official = forms.CharField(
        label=_("参加的负责人"), required=False, max_length=60, help_text=_("姓名、职务；几个单位一起请的可以不写。")
    )
    required = forms.BooleanField(label=_("负责人必须到会"), required=False)
    staff = forms.TypedMultipleChoiceField(label=_("工作人员"), required=False, error_messages=STRANGE)
    others = forms.CharField(
        label=_("其他人员"),
        required=False,
        max_length=400,
        help_text=_("专家、特邀人员等，用顿号隔开；不要写电话。"),
    )
    button = _("请他们参加")

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        district = district_of(activity.organiser)
        people = list(deputies_of(district).order_by("pinyin", "pk")) if district else []
        offices = [*handlers_of(district), *street_committees_of(district)] if district else []
        staff = User.objects.filter(organisation=activity.organiser_id, is_active=True).exclude(role=Role.DEPUTY)
        rows: dict[str, list[tuple[Any, Any]]] = {
            "deputies": [(one, aside(one.name, one.standing)) for one in people],
            "bodies": [(one, one.name) for one in offices],
            "staff": [(one, f"{one.name} {one.get_role_display()}") for one in staff.order_by("role", "pk")],
        }
        for name, choices in rows.items():
            field: Any = self.fields[name]
            field.widget, field.help_text = forms.SelectMultiple(attrs={"size": 6}), SEVERAL
            offer(field, choices)

    @property
    def circle(self) -> Circle:
        """Whom to ask, of a valid form."""
        data = dict(self.cleaned_data)
        text = data.pop("others").replace("，", "、").replace(",", "、")
        return Circle(**data, others=[one for one in text.split("、") if one.strip()])


class ExcuseForm(forms.Form):
    """不能参加. Only of whoever must come a reason is asked."""

    reason = forms.CharField(label=_("原因（可选）"), required=False, max_length=300)
    button = _("请假")

    def __init__(self, *args: Any, participant: Participant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if participant.required:
            self.fields["reason"].label = _("原因")
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = _("这次活动要求负责人到会，请写明请假的原因。")


class MarksForm(forms.Form):
    """登记到会: 未到 is offered for whoever must come alone."""

    button = _("保存到会情况")

    def __init__(self, *args: Any, participants: list[Participant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in participants:
            said = [Attendance.ATTENDED, Attendance.EXCUSED, *[Attendance.ABSENT] * row.required]
            choices = [("", _("不登记")), *((one.value, one.label) for one in said)]
            self.fields[f"p{row.pk}"] = forms.ChoiceField(
                label=str(row), required=False, choices=choices, error_messages=STRANGE,
                initial=row.attendance if row.attendance in said else "",
                help_text=_("必须到会") if row.required else "",
            )  # fmt: skip

    @property
    def marks(self) -> dict[int, str]:
        """Attendance by participant, of a valid form."""
        return {int(name[1:]): said for name, said in self.cleaned_data.items() if said}


class TasksForm(forms.Form):
    """Tasks, a few at once; empty rows do not count."""

    button = _("交任务")

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        district = district_of(activity.organiser)
        offices = [(one, one.name) for one in handlers_of(district)] if district else []
        matters = [(one, one.title) for one in activity.matters.order_by("activity_links__id")]
        for n in range(ROWS):
            self.fields[f"text{n}"] = forms.CharField(label=_("做什么"), max_length=300, required=False)
            self._choice(f"body{n}", _("责任单位"), offices, CHOOSE)
            self.fields[f"person{n}"] = forms.CharField(label=_("责任人"), max_length=40, required=False)
            self.fields[f"due_on{n}"] = day_field(_("完成日期"), required=False)
            hint_workdays(self.fields[f"due_on{n}"])
            if matters:
                self._choice(f"matter{n}", _("相关事项"), matters, [("", _("整个活动"))])

    def _choice(self, name: str, label: Any, rows: Any, first: Any) -> None:
        self.fields[name] = forms.TypedChoiceField(
            label=label, required=False, empty_value=None, error_messages=STRANGE
        )
        offer(self.fields[name], rows, first=first)

    @property
    def rows(self) -> Iterator[list[forms.BoundField]]:
        """The fields of each task."""
        for n in range(ROWS):
            yield [self[name] for name in self.fields if name.endswith(str(n))]

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """All but the tasks."""
        return [bound for bound in self.visible_fields() if not bound.name[-1].isdigit()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        missing = {"body": _("请选择责任单位。"), "person": _("请填写责任人姓名。"), "due_on": _("请选择日期。")}
        for n in range(ROWS):
            if data.get(f"text{n}"):
                for name, sentence in missing.items():
                    if not data.get(f"{name}{n}") and f"{name}{n}" not in self.errors:
                        self.add_error(f"{name}{n}", sentence)
            elif any(data.get(f"{name}{n}") for name in missing):
                self.add_error(f"text{n}", _("请写明做什么。"))
        return data

    @property
    def tasks(self) -> list[TaskData]:
        """The tasks that were written, of a valid form."""
        data, names = self.cleaned_data, ("text", "body", "person", "due_on")
        return [
            TaskData(**{name: data[f"{name}{n}"] for name in names}, matter=data.get(f"matter{n}"))
            for n in range(ROWS)
            if data[f"text{n}"]
        ]


class GiveForm(TasksForm):
    """交任务 after the minutes: at least one."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not any(data.get(f"text{n}") for n in range(ROWS)):
            self.add_error("text0", _("请写明做什么。"))
        return data


class MinutesForm(TasksForm):
    """记纪要, with what was agreed as tasks."""

    minutes = text_field(_("纪要"), 8, required=_("请写下纪要。"), help_text=_("不要写居民的姓名和电话。"))
    attachments = files_field(_("照片和文件：现场、签字的纪要、材料（可选）"))
    button = _("保存纪要")

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, activity=activity, **kwargs)
        self.fields["minutes"].initial = activity.minutes


class OutcomeForm(forms.Form):
    """形成结果, with a word on each matter."""

    outcome_class = forms.ChoiceField(
        label=_("结果类别"), choices=OutcomeClass.choices, widget=forms.RadioSelect,
        error_messages={"required": _("请选择结果类别。")},
    )  # fmt: skip
    outcome = text_field(
        _("结果"), 5, required=_("请写下结果。"), max_length=4000,
        help_text=_("公开的活动，群众能看到。意见是否解决，仍由群众评价。"),
    )  # fmt: skip
    button = _("形成结果")

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for link in activity.links.select_related("matter")[:MOST_MATTERS]:
            self.fields[f"m{link.matter_id}"] = forms.CharField(
                label=link.matter.title, required=False, max_length=300, initial=link.result,
                help_text=_("这件意见在活动中怎样了（可选）"),
            )  # fmt: skip

    @property
    def results(self) -> dict[int, str]:
        """What became of each matter, of a valid form."""
        return {int(name[1:]): said for name, said in self.cleaned_data.items() if name[1:].isdigit()}
