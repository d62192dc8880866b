"""How an event of a matter's ledger reads, at the desk and on the tracking page."""

from django.utils.translation import gettext_lazy as _

from liaison.base.audit.models import Event
from opinions.matters.states import OPINION

OTHER_VERBS = {
    "route": _("自动分派"),
    "reroute": _("重新分派"),
    "override": _("人工改派"),
    "sign": _("签收"),
    "draft": _("起草答复"),
    "submit_reply": _("送审"),
    "send_back": _("退回修改"),
    "co_opinion": _("提出协办意见"),
    "extend": _("延长时限"),
    "note": _("沟通"),
    "attach": _("上传附件"),
    "classify": _("调整类别"),
    "confirm": _("群众确认"),
    "reveal": _("查看电话"),
    "absorb": _("并入一件"),
    "rate_further": _("另一位反映人评价"),
    "erase": _("删除个人信息"),
}
TONES = {
    "submit": "active",
    "assign": "active",
    "reply": "good",
    "answer": "good",
    "rate": "good",
    "return": "warn",
    "ask": "wait",
    "decline": "bad",
    "merge": "neutral",
}


def verb_label(verb: str) -> str:
    """The verb in words; an unknown one as it is."""
    label = OPINION[verb].label if verb in OPINION else OTHER_VERBS.get(verb, verb)
    return str(label)


def title_of(event: Event) -> str:
    """The event in a few words, with the body it concerns."""
    body = event.data.get("body") or event.data.get("deputy") or ""
    label = verb_label(event.verb)
    return _("%(what)s：%(body)s") % {"what": label, "body": body} if body else label


def tone_of(event: Event) -> str:
    """Colour of the event in a history; rework after a bad rating is a warning."""
    if event.verb == "rate" and event.target == "rework":
        return "bad"
    return TONES.get(event.verb, "")
