"""Words of the exchange with outside systems: who, which way, by what means, and what came of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.base.audit.verbs import name_verbs
from opinions.catalog.models import SourceChannel
from opinions.matters.states import Status


class PartnerKind(models.TextChoices):
    GRID = "grid", _("网格系统")
    HOTLINE = "hotline", _("12345 热线")
    APP = "app", _("居民应用")


CHANNELS = {
    PartnerKind.GRID: SourceChannel.GRID, PartnerKind.HOTLINE: SourceChannel.HOTLINE,
    PartnerKind.APP: SourceChannel.OPEN311,
}  # fmt: skip
"""The channel by which a partner's work orders come in."""


class Way(models.TextChoices):
    """Which way one message goes, seen from here."""

    IN = "in", pgettext_lazy("message", "收到")
    OUT = "out", pgettext_lazy("message", "发出")


class Ways(models.TextChoices):
    """Which ways a partner exchanges work orders."""

    IN = "in", _("只接收对方的工单")
    OUT = "out", _("只向对方发出工单")
    BOTH = "both", _("双向")


class AdapterName(models.TextChoices):
    CONSOLE = "console", _("控制台（演练用，不出系统）")
    HTTP = "http", _("HTTPS 接口")
    FILE = "file", _("文件交换")
    KEY = "key", _("开放接口（Open311）")


class Toned(models.TextChoices):
    """States that are shown as a badge."""

    @property
    def tone(self) -> str:
        """Tone of the badge."""
        return _TONES[type(self)].get(self.value, "neutral")


class OrderState(Toned):
    """Where a work order stands between the two systems."""

    TAKEN = "taken", _("已接收")
    QUEUED = "queued", _("待发送")
    SENT = "sent", _("已送出")
    ACCEPTED = "accepted", _("对方已受理")
    PROCESSING = "processing", _("对方办理中")
    DONE = "done", _("对方已办结")
    REFUSED = "refused", _("对方未接收")
    FAILED = "failed", _("未送达")
    UNCERTAIN = "uncertain", _("是否送达不明")


AGAIN = (OrderState.REFUSED, OrderState.FAILED)
"""From here the same matter may be pushed to the same partner once more."""
LOST = (*AGAIN, OrderState.UNCERTAIN)
"""The partner has said nothing of taking the order up; what it has reported since stands."""
NEWS = (OrderState.ACCEPTED, OrderState.PROCESSING, OrderState.DONE, OrderState.REFUSED)
"""What a partner may report of an order that it was given."""


class DispatchStatus(Toned):
    PENDING = "pending", _("待发送")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已送出")
    REFUSED = "refused", _("对方未接收")
    FAILED = "failed", _("未送达")
    UNCERTAIN = "uncertain", _("是否送达不明")


ON_THE_WAY = (DispatchStatus.PENDING, DispatchStatus.SENDING)
UNDELIVERED = (DispatchStatus.REFUSED, DispatchStatus.FAILED, DispatchStatus.UNCERTAIN)


class MessageKind(models.TextChoices):
    ORDER = "order", _("工单")
    STATUS = "status", _("办理进展")
    RESULT = "result", _("办理结果")
    STATEMENT = "statement", _("对账清单")


class Outcome(Toned):
    """What came of one message, or of one attempt to send it."""

    TAKEN = "taken", _("已接收")
    REPEATED = "repeated", _("重复，未再登记")
    UPDATED = "updated", _("内容有变，待核对")
    LATE = "late", _("迟到的进展，只记账")
    SENT = "sent", _("已送出")
    HANDED = "handed", _("已随文件交接")
    RETRY = "retry", _("未送达，稍后再发")
    REFUSED = "refused", _("被拒绝")
    FAILED = "failed", _("未送达，不再自动发")
    UNCERTAIN = "uncertain", _("是否送达不明")


_TONES: dict[type[Toned], dict[str, str]] = {
    OrderState: {
        "queued": "wait", "sent": "wait", "accepted": "active", "processing": "active", "done": "good",
        "refused": "bad", "failed": "bad", "uncertain": "warn",
    },
    DispatchStatus: {
        "pending": "wait", "sending": "wait", "sent": "wait", "refused": "bad", "failed": "bad", "uncertain": "warn",
    },
    Outcome: {
        "taken": "good", "sent": "good", "handed": "good", "updated": "warn", "late": "warn", "retry": "wait",
        "refused": "bad", "failed": "bad", "uncertain": "warn",
    },
}  # fmt: skip


class Progress(models.TextChoices):
    """How far a matter is, in the words that both systems understand."""

    RECEIVED = "received", _("待办理")
    HANDLING = "handling", _("办理中")
    REPLIED = "replied", _("已答复")
    CLOSED = "closed", _("已办结")
    DECLINED = "declined", _("不予受理")
    WITHDRAWN = "withdrawn", _("已撤回")


_S = Status
PROGRESS = {
    **dict.fromkeys((_S.SUBMITTED, _S.TAKEN, _S.WAITING), Progress.RECEIVED),
    **dict.fromkeys((_S.HANDLING, _S.RETURNED, _S.REWORK, _S.PROPOSED, _S.RELAYED), Progress.HANDLING),
    _S.REPLIED: Progress.REPLIED, _S.CLOSED: Progress.CLOSED, _S.DECLINED: Progress.DECLINED,
    _S.MERGED: Progress.HANDLING, _S.WITHDRAWN: Progress.WITHDRAWN,
}  # fmt: skip
"""A matter that was merged is told by the one that it was merged into."""
ENDED = (Progress.CLOSED, Progress.DECLINED, Progress.WITHDRAWN)

name_verbs(
    {
        "push": pgettext_lazy("done", "推送到外部系统"),
        "push_news": pgettext_lazy("done", "外部系统反馈"),
        "order_update": pgettext_lazy("done", "来源工单内容有变"),
        "order_settle": pgettext_lazy("done", "核对来源工单的变化"),
        "set_secret": pgettext_lazy("done", "设置密钥"),
        "end_secret": pgettext_lazy("done", "停用旧密钥"),
        "make_key": pgettext_lazy("done", "发放接口密钥"),
        "rotate_key": pgettext_lazy("done", "更换接口密钥"),
        "revoke_key": pgettext_lazy("done", "停用接口密钥"),
    }
)
