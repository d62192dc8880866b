"""Each list shows exactly what its filter says, in its order, whether few or many are found."""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from deputies.accounts.models import User
from liaison.base.web.paging import KeysetPage
from liaison.base.workdays.arithmetic import ONE_DAY, Light, local_today, midnight
from opinions.catalog.models import Category
from opinions.desk.queries import in_queue, order_of, queues_of, searched, sections_of, shown_of
from opinions.intake.models import SourceChannel
from opinions.matters.models import Matter, Quality
from opinions.matters.queries import lit
from tests.factories.matters import NOW, WAYS, HandlingWorld, open_matter, signed

READERS = ("staff", "helper", "deputy_user", "handler", "head", "district_staff")
TODAY = local_today(NOW)
FILTERS: tuple[dict[str, Any], ...] = (
    *({"light": light} for light in Light), {"status": "handling"}, {"status": "closed"}, {"tier": 1},
    {"tier": 2, "status": "handling"}, {"category": True}, {"category": True, "light": Light.RED},
    {"since": TODAY}, {"since": TODAY - 9 * ONE_DAY, "until": TODAY, "tier": 2}, {"q": "路灯"},
    {"q": "路灯 摔倒", "status": "handling"}, {"q": "不存在"}, {"channel": SourceChannel.PHONE},
)  # fmt: skip
"""`category` stands for one that some matters have."""
FEW, MANY = 1000, 1
pytestmark = pytest.mark.django_db


def scattered(world: HandlingWorld) -> None:
    """Matters in each status, with limits, marks, tiers, words and days by chance."""
    for way in (*WAYS.values(), signed, signed, signed):
        way(world)
    for _n in range(4):
        open_matter(world, deputy=world.deputy, street=world.other_committee)
    chance = random.Random(7)
    categories = Category.objects.filter(active=True).order_by("id")[:2]
    for matter in Matter.objects.all():
        warn_on = chance.choice((None, *(TODAY + day * ONE_DAY for day in (-3, 0, 2))))
        Matter.objects.filter(pk=matter.pk).update(
            warn_on=warn_on,
            due_on=warn_on + chance.choice((0, 1, 3)) * ONE_DAY if warn_on else None,
            quality=chance.choice((None, None, *Quality.values)),
            quality_note="",
            tier=chance.choice((1, 2, None)),
            deputy=chance.choice((matter.deputy, world.deputy)),
            category=chance.choice(categories),
            opened_at=NOW - timedelta(days=chance.choice((0, 5, 20))),
            search_text=chance.choice(("路灯", "路灯 摔倒", "井盖")),
        )


def means(matter: Matter, chosen: Mapping[str, Any]) -> bool:
    """Whether `chosen` means this matter, told row by row."""
    found = lit(matter, TODAY)
    plain = {
        "light": found.light if found else None,
        "status": matter.status,
        "tier": matter.tier,
        "category": matter.category_id,
        "channel": matter.opinion.channel,
    }
    words, wanted = matter.search_text.split(), str(chosen.get("q", "")).split()
    first, last = chosen.get("since", date(2000, 1, 1)), chosen.get("until", date(2100, 1, 1))
    return (
        all(plain[key] == value for key, value in chosen.items() if key in plain)
        and all(any(word in held for held in words) for word in wanted)
        and midnight(first) <= matter.opened_at < midnight(last + ONE_DAY)
    )


def ordered(matters: list[Matter], order: tuple[str, ...]) -> list[Matter]:
    """The matters in the order of a list; what has no limit stands last."""
    if order[0] == "due_on":
        return sorted(matters, key=lambda one: (one.due_on is None, one.due_on or TODAY, one.pk))
    return sorted(matters, key=lambda one: one.pk, reverse=order == ("-id",))


@pytest.mark.parametrize("reader", READERS)
def test_each_list_shows_what_is_meant_in_its_order(world: HandlingWorld, reader: str) -> None:
    scattered(world)
    user: User = getattr(world, reader)
    visible = Matter.objects.visible_to(user)
    category = Matter.objects.order_by("id")[0].category_id
    shown = 0
    for queue in queues_of(user):
        pile = in_queue(visible, user, queue)
        held = list(pile.select_related("opinion"))
        for number, narrowed in enumerate(FILTERS if held else ()):
            chosen = {**narrowed, "sort": ("due", "new", "old")[number % 3]}
            chosen |= {"category": category} if "category" in chosen else {}
            order = order_of(chosen, queue)
            meant = ordered([one for one in held if means(one, chosen)], order)
            for cap in (FEW, MANY):
                found, count = searched(pile, chosen, TODAY, cap=cap)
                page = KeysetPage(found, order=order, rows=shown_of, sections=sections_of(chosen, order, TODAY))
                assert list(page) == meant, (queue.key, chosen, cap)
                assert (count.number, count.capped) == (min(len(meant), cap), len(meant) > cap)
            shown += len(meant)
    assert shown > len(FILTERS)
