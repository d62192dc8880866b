"""Every verb with arguments that fit, so that only permission, turn and state decide whether it is carried out."""

from collections.abc import Callable
from typing import Any

from deputies.accounts.models import User
from deputies.roster.models import CongressLevel
from opinions.catalog.models import ReasonKind, Tier
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.proposals.services import raise_to_proposal
from tests.factories.matters import NOW, HandlingWorld, content, open_matter, reason

Call = Callable[[HandlingWorld, Matter, dict[str, Any]], Any]

CALLS: dict[str, Call] = {
    "take": lambda world, matter, who: handling.take(**who),
    "decline": lambda world, matter, who: handling.decline(reason=reason(ReasonKind.DECLINE), text="说明", **who),
    "transfer": lambda world, matter, who: handling.transfer(street=world.other_committee, reason="在石桥", **who),
    "ask": lambda world, matter, who: handling.ask(question="哪一盏？", **who),
    "answer": lambda world, matter, who: handling.answer(text="今晚修好。", **who),
    "assign": lambda world, matter, who: handling.assign(tier=Tier.DEPARTMENT, lead=world.other_department, **who),
    "recall": lambda world, matter, who: handling.recall(reason="选错了", **who),
    "extend": lambda world, matter, who: handling.extend(days=3, reason="要定制灯头", **who),
    "sign": lambda world, matter, who: handling.sign(person="李四", **who),
    "return": lambda world, matter, who: handling.return_assignment(
        reason=reason(ReasonKind.RETURN), text="不属本局", **who
    ),
    "draft": lambda world, matter, who: handling.submit_for_approval(content=content(), **who),
    "reply": lambda world, matter, who: handling.issue_reply(**who),
    "send_back": lambda world, matter, who: handling.send_back(reason="写具体", **who),
    "co_opinion": lambda world, matter, who: handling.give_co_opinion(text="可以配合断电。", **who),
    "report_back": lambda world, matter, who: handling.report_back(content=content(), **who),
    "raise": lambda world, matter, who: raise_to_proposal(
        title="关于路灯的建议", situation="老旧", reason="共性问题", lead=world.deputy, **who
    ),
    "relay": lambda world, matter, who: handling.relay(
        level=CongressLevel.MUNICIPAL, deputies=[world.city_deputy], reason="跨区", **who
    ),
    "merge": lambda world, matter, who: handling.merge(target=open_matter(world), **who),
    "reopen": lambda world, matter, who: handling.reopen(reason="承诺没有兑现", lead=world.department, **who),
}


def call(verb: str, world: HandlingWorld, matter: Matter, by: User) -> Any:
    """Carry `verb` out at NOW, on a fresh copy of the matter."""
    fresh = Matter.objects.get(pk=matter.pk)
    return CALLS[verb](world, fresh, {"matter": fresh, "by": by, "now": NOW})
