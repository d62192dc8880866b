"""The desk among a million matters: every role, queue, filter and order, and the page of one matter, against bare
Django views of the same rows on the same server in the same minutes.

`BENCH_LISTS_ROWS` sets the number of matters, for a quick run.
"""

import os
import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from django.utils import timezone

from deputies.accounts.models import Role, User
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.demo.build import district
from liaison.demo.load.seeding import seed
from opinions.catalog.models import Category
from opinions.desk.queries import queues_of
from opinions.matters.models import Line, Matter
from opinions.matters.states import Status
from tests.bench.load import quantile
from tests.bench.measuring import Reader
from tests.bench.table import Figure, at_most

FEW, ROWS = 10_000, int(os.environ.get("BENCH_LISTS_ROWS", "1000000"))
LOOKS = 3
"""Looks at each list; the middle one counts."""
SAMPLE = 4
"""Among few matters every fourth list is looked at, to be compared with the same list among many."""
MOST_OF_FLOOR, MOST_P95, MOST_GROWTH, MOST_OF_BARE_MATTER = 2, 60, 1.5, 2.5
PLAIN = "bare page without base, messages and permission"
SHORT, LONG = 10, 2_000
"""Events and lines of a matter with a short and with a long history."""
ROLES = (
    Role.STREET_STAFF, Role.LIAISON_OFFICER, Role.HANDLER, Role.DEPARTMENT_HEAD, Role.DEPUTY, Role.DISTRICT_STAFF,
)  # fmt: skip
FILTERS = (
    "", "light=red", "light=yellow", "light=green", "status=handling", "status=closed", "status=relayed", "tier=1",
    "tier=3&status=replied", "category={category}", "category={category}&status=returned&light=red",
    "since=2026-08-01", "since=2025-01-01&until=2025-12-31&tier=2", "q=路灯",
    "q=路灯 摔倒&status=handling", "q=不存在的词",
    "channel=phone&category={category}&status=waiting",
)  # fmt: skip
SORTS = ("", "new", "old")
NEXT = re.compile(r'href="(\?[^"]+)" rel="next"')


@dataclass(frozen=True)
class Look:
    """One list as somebody asked for it, and how long it took (milliseconds)."""

    role: str
    path: str
    took: float

    @property
    def name(self) -> str:
        return f"{self.role} {self.path}"

    def __str__(self) -> str:
        return f"{self.name}: {self.took:.0f} ms"


class Looker(Reader):
    """Somebody who looks at lists."""

    def looks(self, path: str, count: int = LOOKS) -> tuple[float, str]:
        """The middle time of some looks in milliseconds, and the page."""
        answers = self.answers(path, count)
        return 1000 * statistics.median(one.seconds for one in answers), answers[0].body.decode()


def lists(port: int) -> Iterator[Figure]:
    """Few matters, then many; the same lists of both."""
    _load(FEW)
    few = _all(port, every=SAMPLE)
    _load(ROWS - FEW)
    yield from _many(port, few)
    yield from _matters(port)


def _many(port: int, few: list[Look]) -> Iterator[Figure]:
    clerk = Looker(port, _somebody(Role.STREET_STAFF))
    before, found, after = _bare(clerk), _all(port), _bare(clerk)
    floor, plain = (statistics.mean(both) for both in zip(before, after, strict=True))
    middle, worst = _middle(found), max(found, key=lambda one: one.took)
    ranked = [one.took for one in found]
    told = f" (p50 of {len(found)} lists {middle:.0f} ms; bare list {floor:.0f} ms)"
    yield at_most(f"desk list ÷ bare list, {ROWS} matters", round(middle / floor, 2), MOST_OF_FLOOR, told=told)
    yield Figure(f"desk list ÷ {PLAIN}", f"{middle / plain:.2f} (plain list {plain:.1f} ms)")
    yield at_most(
        "desk list, p95 of all lists", round(quantile(ranked, 0.95)), MOST_P95, unit=" ms", told=f" (worst {worst})"
    )
    names = {one.name for one in few}
    growth = _middle([one for one in found if one.name in names]) / _middle(few)
    told = f" (every {SAMPLE}th list)"
    yield at_most(f"desk list, {ROWS} ÷ {FEW} matters", round(growth, 2), MOST_GROWTH, told=told)


def _bare(clerk: Looker) -> list[float]:
    """How long the bare list takes, and the plain one."""
    return [clerk.looks(path, 40)[0] for path in ("/floor/matters/", "/floor/plain/")]


def _load(count: int) -> None:
    seed(count, district=district(), now=timezone.now(), seed=count)


def _somebody(role: Role) -> User:
    return User.objects.filter(role=role, is_active=True).order_by("id")[0]


def _middle(found: list[Look]) -> float:
    return statistics.median(one.took for one in found)


def _all(port: int, *, every: int = 1) -> list[Look]:
    return [look for role in ROLES for look in _of(Looker(port, _somebody(role)), every)]


def _of(reader: Looker, every: int) -> Iterator[Look]:
    """What the reader's lists took, and the second page of those that nothing narrows."""
    reader.looks("/desk/")
    for path in _paths(reader.user)[::every]:
        took, page = reader.looks(path)
        yield Look(reader.user.role, path, took)
        following = NEXT.search(page)
        if following and path.endswith("&"):
            deeper = f"/desk/{unescape(following[1])}"
            yield Look(reader.user.role, f"{path} (page 2)", reader.looks(deeper)[0])


def _paths(user: User) -> list[str]:
    """The lists of one reader: all queues, and those of everything with each filter and order."""
    category = Category.objects.filter(active=True).order_by("-id").values_list("pk", flat=True)[0]
    return [
        f"/desk/?queue={queue.key}&sort={sort}&{narrowed.format(category=category)}"
        for queue in queues_of(user)
        for whole in [queue.key in ("all", "follow", "open")]
        for narrowed in (FILTERS if whole else FILTERS[:3])
        for sort in (SORTS if whole else SORTS[:1])
    ]


def _matters(port: int) -> Iterator[Figure]:
    """The page of one matter, with a short and with a long history."""
    clerk = Looker(port, _somebody(Role.STREET_STAFF))
    held = Matter.objects.filter(street=clerk.user.organisation_id, status=Status.HANDLING).order_by("-id")[:2]
    short, long = (_lengthened(one, count, clerk.user) for one, count in zip(held, (SHORT, LONG), strict=True))
    places = (f"/floor/matters/{short.code}/", f"/floor/plain/{short.code}/", _page(short), _page(long))
    bare, plain, of_short, of_long = (clerk.looks(path, 40)[0] for path in places)
    told = f" ({of_short:.0f} ms; bare {bare:.0f} ms)"
    yield at_most("matter page ÷ bare page", round(of_short / bare, 2), MOST_OF_BARE_MATTER, told=told)
    yield Figure(f"matter page ÷ {PLAIN}", f"{of_short / plain:.2f} (plain page {plain:.1f} ms)")
    told = f" ({of_long:.0f} ms)"
    what = f"matter page, {LONG} ÷ {SHORT} events and lines"
    yield at_most(what, round(of_long / of_short, 2), MOST_GROWTH, told=told)


def _page(matter: Matter) -> str:
    return f"/desk/matters/{matter.code}/"


def _lengthened(matter: Matter, count: int, by: User) -> Matter:
    now = timezone.now()
    record(matter.chain, *[Fact(verb="note", data={"body": "城管局"}) for _n in range(count)], by=by, now=now)
    line = {
        "matter": matter,
        "body": "已联系现场",
        "audience": Audience.INTERNAL,
        "by": by,
        "author": by.name,
        "at": now,
    }
    Line.objects.bulk_create(Line(**line) for _n in range(count))
    return matter
