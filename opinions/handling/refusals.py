"""Why a verb is not open to somebody now, in words for the user."""

from django.utils.translation import gettext_lazy as _

from liaison.base.errors import DomainError


class NotYourTurn(DomainError):
    message = _("这件事现在不由您这边办理，请等当前办理单位处理，或请区人大协调。")


class NotSignedYet(DomainError):
    message = _("请先签收并写明责任人，再办理答复。")


class AlreadySigned(DomainError):
    message = _("承办单位已经签收，不能收回。需要改派的，请承办单位退回。")


class NeedsConsent(DomainError):
    message = _("退回期已过，或者这件事已经退回过一次：请申请退回，由交办的人大工委（第二次由区人大）决定。")


class MayReturn(DomainError):
    message = _("还在退回期内，可以直接退回，不用申请。")


class AlreadyAsked(DomainError):
    message = _("每次交办只能申请一次，这次已经申请过了。")


class NothingAsked(DomainError):
    message = _("没有等待您决定的申请。")


class NothingToApprove(DomainError):
    message = _("现在没有等待审签的答复。")


class WaitsForHead(DomainError):
    message = _("答复已送审，请等负责人审签；需要改动的，请负责人退回修改。")


class UndoOver(DomainError):
    message = _("并案只能在当天和第二天撤销，现在已经过了时间。")


class AnsweredTogether(DomainError):
    message = _("合并办理的那一件已经答复或结束，居民已经收到结果，不能再分开。")
