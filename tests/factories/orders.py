"""Letters and sponsored cases, brought to any state by the services themselves."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from deputies.accounts.models import Role, User
from opinions.matters.models import Matter
from supervision.orders import services as orders
from supervision.orders.models import Letter, LetterHead, Sponsorship
from supervision.orders.services import AnswerData, LetterData, PointData
from tests.factories.accounts import UserFactory
from tests.factories.matters import NOW, TODAY, HandlingWorld, handling_world, signed
from tests.support.replay import replayed
from tests.support.steps import step

SOON = TODAY + timedelta(days=20)


@replayed
def orders_world() -> HandlingWorld:
    """`handling_world` with a chair of the street, and heads for the letters of both committees."""
    world = handling_world()
    UserFactory(username="chair", role=Role.STREET_CHAIR, organisation=world.committee)
    for body, mark in ((world.congress, "云人督"), (world.committee, "云溪督")):
        LetterHead.objects.create(organisation=body, mark=mark, heading=body.name, signature=body.name)
    return world


def chair() -> User:
    """The chair of the street."""
    return User.objects.get(username="chair")


def letter_data(world: HandlingWorld, matters: Sequence[Matter], **changes: Any) -> LetterData:
    values: dict[str, Any] = {
        "addressee": world.department, "title": "关于抓紧修复路灯的督办函", "opening": "已超过时限，请抓紧办理。",
        "demands": [("查明超期原因，明确责任人", SOON), ("修复路灯，恢复照明", SOON)], "matters": list(matters),
        "days": 5, **changes,
    }  # fmt: skip
    return LetterData(**values)


@step
def drafted(world: HandlingWorld, *matters: Matter, by: User | None = None, **changes: Any) -> Letter:
    """A draft of the street about a matter that the department has."""
    held = matters or (signed(world),)
    return orders.draft_letter(data=letter_data(world, held, **changes), by=by or world.staff, now=NOW)


@step
def pending(world: HandlingWorld, *matters: Matter, by: User | None = None, **changes: Any) -> Letter:
    by = by or world.staff
    return orders.submit_letter(letter=drafted(world, *matters, by=by, **changes), by=by, now=NOW)


@step
def issued(world: HandlingWorld, *matters: Matter, by: User | None = None, **changes: Any) -> Letter:
    """Issued by the secretary, or by `by`."""
    letter = pending(world, *matters, by=by, **changes)
    return orders.issue_letter(letter=letter, by=by or world.secretary, now=NOW)


def answer_data(letter: Letter, **changes: Any) -> AnswerData:
    point = PointData("更换线缆和灯头", "李四", SOON)
    values: dict[str, Any] = {"text": "已到现场查明原因。", "points": {one.pk: point for one in letter.demands.all()}}
    return AnswerData(**{**values, **changes})


@step
def answered(world: HandlingWorld, letter: Letter | None = None, **changes: Any) -> Letter:
    """Answered by the department: written by the handler, signed by the head."""
    letter = letter or issued(world)
    orders.save_answer(letter=letter, data=answer_data(letter, **changes), by=world.handler, now=NOW)
    orders.submit_answer(letter=letter, by=world.handler, now=NOW)
    orders.sign_answer(letter=letter, by=world.head, now=NOW)
    return letter


@step
def sponsored(world: HandlingWorld, matter: Matter | None = None, *, by: User | None = None) -> Sponsorship:
    """A case that the district's leader took."""
    return orders.sponsor(
        matter=matter or signed(world), why="涉及三个单位，一年没有解决", target_on=SOON, by=by or world.leader, now=NOW
    )
