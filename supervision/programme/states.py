"""The states of a supervision activity, of its tasks, and of whoever was asked to come, as tables."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deputies.accounts.access import Permission as P
from liaison.base.audit.verbs import name_verbs
from liaison.base.workflow import Transition, Workflow


class ActivityStatus(models.TextChoices):
    PLANNED = "planned", _("筹备中")
    ANNOUNCED = "announced", _("已通知")
    HELD = "held", _("已召开")
    CONCLUDED = "concluded", _("已形成结果")
    CANCELLED = "cancelled", _("已取消")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return {"planned": "neutral", "announced": "active", "held": "wait", "concluded": "good", "cancelled": "bad"}[
            self.value
        ]


A = ActivityStatus
AHEAD = (A.PLANNED, A.ANNOUNCED)
"""Not yet held: date and participants can still change."""
TOOK_PLACE = (A.HELD, A.CONCLUDED)
OVER = (A.CONCLUDED, A.CANCELLED)

ACTIVITY = Workflow(
    [
        Transition(
            verb="plan_activity", label=_("筹备活动"), sources=(), target=A.PLANNED, permission=P.PROGRAMME_EDIT
        ),
        Transition(
            verb="change_activity", label=_("修改"), sources=AHEAD, target=None, permission=P.PROGRAMME_EDIT
        ),
        Transition(
            verb="announce_activity", label=_("发出通知"), sources=(A.PLANNED,), target=A.ANNOUNCED,
            permission=P.PROGRAMME_EDIT,
        ),
        Transition(
            verb="postpone_activity", label=_("改期"), sources=AHEAD, target=None, permission=P.PROGRAMME_EDIT,
            needs_reason=True,
        ),
        Transition(
            verb="answer_activity", label=_("回复代表的约见"), sources=(A.ANNOUNCED,), target=None,
            permission=P.PROGRAMME_VIEW,
        ),
        Transition(
            verb="hold_activity", label=_("记纪要"), sources=(A.ANNOUNCED,), target=A.HELD, permission=P.PROGRAMME_EDIT
        ),
        Transition(
            verb="amend_minutes", label=_("补充纪要"), sources=(A.HELD,), target=None, permission=P.PROGRAMME_EDIT
        ),
        Transition(
            verb="conclude_activity", label=_("形成结果"), sources=(A.HELD,), target=A.CONCLUDED,
            permission=P.PROGRAMME_EDIT,
        ),
        Transition(
            verb="cancel_activity", label=_("取消"), sources=AHEAD, target=A.CANCELLED, permission=P.PROGRAMME_EDIT,
            needs_reason=True,
        ),
    ]
)  # fmt: skip


class Attendance(models.TextChoices):
    """How somebody stands to an activity. Only whoever must come can be absent: deputies are never checked in."""

    INVITED = "invited", _("待回复")
    COMING = "coming", _("能参加")
    EXCUSED = "excused", _("请假")
    ATTENDED = "attended", _("已到会")
    ABSENT = "absent", _("应到未到")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return {"invited": "wait", "coming": "active", "excused": "neutral", "attended": "good", "absent": "bad"}[
            self.value
        ]


class TaskStatus(models.TextChoices):
    OPEN = "open", _("办理中")
    DONE = "done", _("已办完，待验看")
    REDO = "redo", _("不达标，重办")
    ACCEPTED = "accepted", _("已验看")

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return {"open": "active", "done": "wait", "redo": "bad", "accepted": "good"}[self.value]


T = TaskStatus
UNDONE = (T.OPEN, T.REDO)

TASK = Workflow(
    [
        Transition(verb="give_task", label=_("交任务"), sources=(), target=T.OPEN, permission=P.PROGRAMME_EDIT),
        Transition(
            verb="move_task", label=_("改期限"), sources=UNDONE, target=None, permission=P.PROGRAMME_EDIT,
            needs_reason=True,
        ),
        Transition(verb="finish_task", label=_("办完了"), sources=UNDONE, target=T.DONE, permission=P.PROGRAMME_VIEW),
        Transition(
            verb="accept_task", label=_("验看达标"), sources=(T.DONE,), target=T.ACCEPTED, permission=P.PROGRAMME_EDIT
        ),
        Transition(
            verb="redo_task", label=_("不达标重办"), sources=(T.DONE, T.ACCEPTED), target=T.REDO,
            permission=P.PROGRAMME_EDIT, needs_reason=True,
        ),
    ]
)  # fmt: skip

name_verbs(
    {
        "plan_activity": pgettext_lazy("done", "列入监督活动"),
        "change_activity": pgettext_lazy("done", "修改活动"),
        "announce_activity": pgettext_lazy("done", "发出活动通知"),
        "postpone_activity": pgettext_lazy("done", "活动改期"),
        "answer_activity": pgettext_lazy("done", "答复代表的约见"),
        "hold_activity": pgettext_lazy("done", "召开监督活动"),
        "amend_minutes": pgettext_lazy("done", "补充纪要"),
        "conclude_activity": pgettext_lazy("done", "监督活动形成结果"),
        "cancel_activity": pgettext_lazy("done", "取消活动"),
        "give_task": pgettext_lazy("done", "交任务"),
        "move_task": pgettext_lazy("done", "任务改期限"),
        "task_progress": pgettext_lazy("done", "报告任务进展"),
        "finish_task": pgettext_lazy("done", "任务办完"),
        "accept_task": pgettext_lazy("done", "任务验看达标"),
        "redo_task": pgettext_lazy("done", "任务不达标重办"),
        "say_coming": pgettext_lazy("done", "回复能参加"),
        "say_excused": pgettext_lazy("done", "请假"),
        "mark_attendance": pgettext_lazy("done", "登记到会"),
        "ask_to_come": pgettext_lazy("done", "请人参加"),
        "let_go": pgettext_lazy("done", "不再邀请"),
    }
)
