"""Every number of a board equals plain SQL that was written from its definition, not from the code that counts."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import pytest
from django.db import connection

from deputies.accounts.models import User
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.evaluation.models import Rating, Solved
from opinions.evaluation.services import lapse_due
from opinions.handling import services as handling
from opinions.matters.models import Matter, Reporter
from opinions.matters.states import Status
from opinions.promises import services as promises
from supervision.dashboards import services
from supervision.dashboards.measures import MEASURES, Days
from supervision.dashboards.queries import Board, Chosen, board
from tests.factories.matters import (
    NOW,
    WAYS,
    HandlingWorld,
    bring_to,
    content,
    later,
    open_matter,
    replied,
    signed,
)
from tests.factories.promises import AFTER, DUE, again, closed_with

pytestmark = pytest.mark.django_db
TODAY, TOMORROW = date(2027, 1, 8), date(2027, 1, 11)
"""A Friday, and the next working day."""
FIRST, LAST = date(2026, 11, 1), date(2027, 1, 1)
BORDER = datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI)
SINCE, UNTIL = "2026-11-01", "2027-02-01"
OPEN = "m.status NOT IN ('draft', 'closed', 'declined', 'merged', 'withdrawn')"
RED = "(COALESCE(m.due_on < '{day}', FALSE) OR COALESCE(m.quality = 'poor', FALSE))"
YELLOW = "(COALESCE(m.warn_on <= '{day}', FALSE) OR COALESCE(m.quality = 'low', FALSE))"
RED_NOW, YELLOW_NOW = RED.format(day=TODAY), YELLOW.format(day=TODAY)
RED_NEXT, YELLOW_NEXT = RED.format(day=TOMORROW), YELLOW.format(day=TOMORROW)
WORD = "(SELECT r.{} FROM opinions_rating r WHERE r.matter_id = m.id AND r.round = m.round ORDER BY r.id LIMIT 1)"
SAID, SOLVED = WORD.format("satisfaction"), WORD.format("solved")
REPLIES = "c.matter_id = m.id AND c.kind = 'reply' AND c.outcome IN ('reply', 'answer', 'part_reply', 'report_back')"


def day(column: str) -> str:
    """The day of a moment in Shanghai."""
    if connection.vendor == "postgresql":
        return f"CAST({column} AT TIME ZONE 'Asia/Shanghai' AS date)"
    return f"date({column}, '+8 hours')"


def within(column: str, since: str = SINCE, until: str = UNTIL) -> str:
    return f"{day(column)} >= '{since}' AND {day(column)} < '{until}'"


def plain() -> dict[str, str]:
    """Which matters (m) or promises (p) a number counts, as its definition says."""
    closed = f"m.status = 'closed' AND {within('m.closed_at')}"
    timed = f"EXISTS (SELECT 1 FROM opinions_clock c WHERE {REPLIES})"
    late = f"EXISTS (SELECT 1 FROM opinions_clock c WHERE {REPLIES} AND {day('c.stopped_at')} > c.due_on)"
    settled = within("p.settled_at")
    return {
        "open": OPEN,
        "red": f"{OPEN} AND {RED_NOW}",
        "yellow": f"{OPEN} AND NOT {RED_NOW} AND {YELLOW_NOW}",
        "turning": f"{OPEN} AND NOT {RED_NOW} AND ({RED_NEXT} OR NOT {YELLOW_NOW} AND {YELLOW_NEXT})",
        "waiting": "m.status = 'replied'",
        **{one: f"m.status = '{one}'" for one in ("proposed", "relayed")},
        "replied": f"{closed} AND m.reply_class IN ('A', 'B', 'C', 'D')",
        "opened": f"m.status <> 'draft' AND {within('m.opened_at')}",
        **{one: f"m.status = '{one}' AND {within('m.closed_at')}" for one in ("declined", "merged", "withdrawn")},
        "closed": closed,
        "rated": f"{closed} AND {SAID} IS NOT NULL",
        "content": f"{closed} AND {SAID} IN ('satisfied', 'mostly')",
        **{one: f"{closed} AND {SAID} = '{one}'" for one in ("satisfied", "mostly", "unsatisfied")},
        "lapsed": f"{closed} AND {SAID} IS NULL",
        "solved": f"{closed} AND {SOLVED} = 'yes'",
        "partly": f"{closed} AND {SOLVED} = 'partly'",
        "unsolved": f"{closed} AND {SOLVED} = 'no'",
        **{f"class_{one.lower()}": f"{closed} AND m.reply_class = '{one}'" for one in "ABCD"},
        "returned": f"{closed} AND EXISTS (SELECT 1 FROM base_event e WHERE e.chain = 'matter:' || m.id"
        " AND e.verb = 'return')",
        "reworked": f"{closed} AND m.round > 1",
        "timed": f"{closed} AND {timed}",
        "late": f"{closed} AND {late}",
        "in_time": f"{closed} AND {timed} AND NOT {late}",
        "promises_open": "p.status IN ('open', 'reported')",
        "promises_overdue": f"p.status = 'open' AND p.due_on < '{TODAY}'",
        "promises_kept": f"p.status = 'kept' AND {settled}",
        "promises_missed": f"p.status = 'not_kept' AND {settled}",
        "promises_settled": f"p.status IN ('kept', 'not_kept') AND {settled}",
        "promises_withdrawn": f"p.status = 'withdrawn' AND {settled}",
    }


def asked(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def counted(key: str, condition: str) -> int:
    table = "opinions_promise p" if key.startswith("promises") else "opinions_matter m"
    return int(asked(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0])


def workdays(begin: Any, end: Any) -> int:
    """Days from Monday to Friday after `begin`, through `end`: no list is imported."""
    begin, end = (date.fromisoformat(one) if isinstance(one, str) else one for one in (begin, end))
    return sum((begin + timedelta(days=n)).weekday() < 5 for n in range(1, (end - begin).days + 1))


def lasted(until: str, *, where: str = "TRUE") -> list[int]:
    """Of those that were closed, the working days from submission to `until`."""
    rows = asked(
        f"SELECT {day('m.opened_at')}, {until} FROM opinions_matter m"
        f" WHERE m.status = 'closed' AND {within('m.closed_at')} AND {until} IS NOT NULL AND {where}"
    )
    return sorted(workdays(*row) for row in rows)


def first_day(*verbs: str) -> str:
    """The day on which one of these was first done to the matter, by its history."""
    named = ", ".join(f"'{verb}'" for verb in verbs)
    chain = f"e.chain = 'matter:' || m.id AND e.verb IN ({named})"
    return f"(SELECT min({day('e.at')}) FROM base_event e WHERE {chain})"


def told(days: Iterable[int]) -> tuple[int, float, int]:
    """How many, the median, and the one nine tenths up the line."""
    held = sorted(days)
    return len(held), median(held), held[(len(held) * 9 + 9) // 10 - 1]


def close(matter: Matter, said: str, solved: str, now: datetime) -> None:
    """The resident says its word on the matter."""
    Rating.objects.create(
        matter=matter, reporter=Reporter.objects.get(matter=matter), round=matter.round, satisfaction=said,
        solved=solved, at=now,
    )  # fmt: skip
    handling.close_rated(matter=matter, satisfaction=said, now=now, actor="反映人")


def close_late(world: HandlingWorld) -> None:
    """A matter that was given back once, answered late, and done anew."""
    matter = signed(world, bring_to(world, Status.RETURNED))
    handling.write_and_issue(matter=matter, content=content(), by=world.head, now=later(30))
    handling.send_to_rework(matter=matter, now=later(31), actor="反映人")
    handling.write_and_issue(matter=signed(world, matter), content=content("D"), by=world.head, now=later(33))
    close(matter, "satisfied", Solved.YES, later(34))


@pytest.fixture
def busy(world: HandlingWorld) -> HandlingWorld:
    """Matters in every status, of every colour, closed in every way, at the border of months; promises of every end."""
    bring_to(world, Status.REPLIED)
    lapse_due(now=later(40))
    for number, solved in enumerate((*Solved, Solved.YES)):
        matter = replied(world, reply_class="ABAA"[number])
        close(matter, ("satisfied", "mostly", "unsatisfied", "satisfied")[number], solved, later(3 + 6 * number))
    close_late(world)
    for status in WAYS.keys() - {Status.CLOSED}:
        bring_to(world, status)
    for number, quality in enumerate(("low", "poor", None, None)):
        matter = open_matter(world, now=BORDER + timedelta(minutes=2 * number))
        Matter.objects.filter(pk=matter.pk).update(
            quality=quality, due_on=TODAY + timedelta(days=number), warn_on=TODAY + timedelta(days=number - 2)
        )
    kept, missed, withdrawn, _overdue, reported = closed_with(world, *[DUE] * 5)
    promises.keep(promise=kept, reason="现场看过", by=world.secretary, now=later(10))
    promises.withdraw(promise=withdrawn, reason="路段拆迁", by=world.secretary, now=later(11))
    promises.report_done(promise=reported, text="换好了", by=world.handler, now=later(12))
    handling.miss_promise(promise=again(missed)[0], reason="没有换", by=world.secretary, now=AFTER)
    services.rebuild(now=NOW)
    return world


def numbers_of(user: User, first: date, last: date) -> Board:
    return board(user, Chosen(first, last), Days(TODAY, TOMORROW), "street")


def test_every_number_equals_plain_sql(busy: HandlingWorld) -> None:
    conditions = plain()
    assert conditions.keys() == MEASURES.keys() - {"take", "reply", "solve"}
    true = {key: counted(key, condition) for key, condition in conditions.items()}
    assert not [key for key, count in true.items() if not count and key != "class_c"], "untried"
    found = numbers_of(busy.leader, FIRST, LAST)
    assert {key: found.numbers[key] for key in true} == true
    assert sum(group.numbers["open"] for group in found.groups) == true["open"]


def test_months_end_at_midnight_in_shanghai(busy: HandlingWorld) -> None:
    """BORDER is 15:59 UTC on the last day of November; two minutes later it is December."""
    months = [month for month in numbers_of(busy.leader, FIRST, LAST).months if month.first >= FIRST]
    ends = [*(month.first for month in months[1:]), date(2027, 2, 1)]
    for month, end in zip(months, ends, strict=True):
        opened = counted("opened", f"m.status <> 'draft' AND {within('m.opened_at', str(month.first), str(end))}")
        closed = counted("closed", f"m.status = 'closed' AND {within('m.closed_at', str(month.first), str(end))}")
        assert (month.numbers["opened"], month.numbers["closed"]) == (opened, closed)
    assert months[1].numbers["opened"] == 3


def test_working_days_have_the_median_and_the_ninth_tenth_of_plain_rows(busy: HandlingWorld) -> None:
    taken, answered = first_day("take", "assign", "settle"), first_day("reply", "answer", "part_reply", "report_back")
    found = numbers_of(busy.leader, FIRST, LAST).spreads
    true = {
        "take": lasted(taken), "reply": lasted(answered),
        "solve": lasted(day("m.closed_at"), where=f"{SOLVED} = 'yes'"),
    }  # fmt: skip
    assert {key: (one.count, one.median, one.p90) for key, one in found.items()} == {
        key: told(days) for key, days in true.items()
    }
