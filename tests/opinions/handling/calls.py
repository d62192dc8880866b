"""Every verb with arguments that fit, so that only permission, turn and state decide whether it is carried out."""

from collections.abc import Callable
from datetime import date
from typing import Any

from deputies.accounts.models import User
from deputies.roster.models import CongressLevel, Deputy
from opinions.catalog.models import ReasonKind, Tier
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.proposals.services import raise_to_proposal
from opinions.relays import services as relays
from tests.factories.matters import NOW, HandlingWorld, content, open_matter, reason, taken_out
from tests.factories.roster import DeputyFactory

UNTIL = date(2026, 12, 7)
"""Three working days after the reply of a matter assigned at NOW is due."""

ANOTHER = "荷塘小区西门路灯不亮"


def _another_above(world: HandlingWorld) -> Deputy:
    """A deputy of the city who has not been asked yet."""
    term = world.city_deputy.term
    made: Deputy = DeputyFactory.create(organisation=world.congress, level=CongressLevel.MUNICIPAL, term=term)
    return made


def _another(world: HandlingWorld) -> Matter:
    """An open matter of the same street beside the one in hand; made where the test has not laid it ready."""
    return Matter.objects.filter(title=ANOTHER).first() or open_matter(world, title=ANOTHER)


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
    "ask_extension": lambda world, matter, who: handling.ask_extension(until=UNTIL, reason="要定制灯头", **who),
    "refuse_extension": lambda world, matter, who: handling.refuse_extension(reason="库里有货", **who),
    "object": lambda world, matter, who: handling.object_to(reason=reason(ReasonKind.RETURN), text="不属本局", **who),
    "consent_return": lambda world, matter, who: handling.consent_return(**who),
    "refuse_return": lambda world, matter, who: handling.refuse_return(reason="职责清单写明由你局办", **who),
    "settle": lambda world, matter, who: handling.settle(
        tier=Tier.STREET, lead=world.office, person="王五", content=content(), **who
    ),
    "set_limit": lambda world, matter, who: handling.set_limit(body=world.other_department, days=2, **who),
    "add_co": lambda world, matter, who: handling.add_co(bodies=[world.office], task="提供管线图", **who),
    "join_streets": lambda world, matter, who: handling.join_streets(
        streets=[world.other_committee], task="一起排查", **who
    ),
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
    "unlink": lambda world, matter, who: taken_out(**who),
    "relay": lambda world, matter, who: relays.relay(
        level=CongressLevel.MUNICIPAL, deputies=[_another_above(world)], reason="跨区", **who
    ),
    "merge": lambda world, matter, who: handling.merge(target=_another(world), **who),
    "branch": lambda world, matter, who: handling.branch(target=_another(world), **who),
    "unmerge": lambda world, matter, who: handling.unmerge(**who),
    "reopen": lambda world, matter, who: handling.reopen(reason="承诺没有兑现", lead=world.department, **who),
}


def call(verb: str, world: HandlingWorld, matter: Matter, by: User) -> Any:
    """Carry `verb` out at NOW, on a fresh copy of the matter."""
    return call_on(Matter.objects.get(pk=matter.pk), verb, world, by)


def call_on(fresh: Matter, verb: str, world: HandlingWorld, by: User) -> Any:
    """Carry `verb` out at NOW on a copy that was just read."""
    return CALLS[verb](world, fresh, {"matter": fresh, "by": by, "now": NOW})
