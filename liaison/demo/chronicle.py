"""Telling all stories of the demo in the order in which they began."""

import random
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F

from deputies.organisations.models import Organisation
from deputies.roster.models import Deputy
from liaison.base.notices.models import Channel, Notice, NoticeStatus
from liaison.base.stamps import reading
from liaison.base.workdays.arithmetic import SHANGHAI, local_today
from liaison.base.workdays.queries import current_calendar
from liaison.celery import app
from liaison.demo.cast import Cast, issues
from liaison.demo.endings import Plot, counted
from liaison.demo.names import names, phones
from liaison.demo.raising import Raiser, Seed
from liaison.demo.research import tell_of_research
from liaison.demo.source import chance, data
from liaison.demo.story import Story
from liaison.demo.watch import Watch
from opinions.matters.models import Matter

SHOWN_SHARE = 0.42
"""Share of the stories that play in the street whose accounts are shown."""
READ_AFTER = timedelta(days=2)
FIRST_PHONE = 5000


class Chronicle:
    """Chooses who raises what, and lets each story run."""

    def __init__(self, congress: Organisation, now: datetime) -> None:
        self.now, self.rng = now, chance("stories")
        self.cast = Cast(congress)
        self.raiser = Raiser(self.cast, names(chance("residents")), phones(FIRST_PHONE), self.rng)
        self.calendar = current_calendar()
        self._issues = _by_fitness()
        self._turn = dict.fromkeys(self._issues, 0)

    def tell_all(self) -> None:
        """Tell every story; those that began earlier come first, as their numbers would."""
        begun = sorted(
            ((self._opened(plot), number, plot) for number, plot in enumerate(counted())), key=lambda one: one[:2]
        )
        for opened_at, _number, plot in begun:
            self.tell(plot, opened_at)
        self._tell_of_declined()
        self._tell_of_merged()
        self._tell_of_research()

    def tell(self, plot: Plot, opened_at: datetime) -> Story:
        """One story from its first word to its end; reference data stand still meanwhile."""
        with reading():
            story = self._begin(self._seed(plot, opened_at))
            plot.tell(story)
        return story

    def _begin(self, seed: Seed) -> Story:
        matter = self.raiser.raise_(seed)
        watch = Watch(seed.opened_at, end=self.now, calendar=self.calendar, rng=self.rng)
        return Story(matter, seed, self.cast, watch, self.rng)

    def _opened(self, plot: Plot) -> datetime:
        age = self.rng.randint(*plot.ages)
        day = local_today(self.now) - timedelta(days=age)
        moment = datetime.combine(day, time(self.rng.randint(7, 21), self.rng.randint(0, 59)), tzinfo=SHANGHAI)
        return min(moment, self.now - timedelta(minutes=self.rng.randint(30, 600)))

    def _seed(self, plot: Plot, opened_at: datetime) -> Seed:
        committee = (
            self.cast.committees[0] if self.rng.random() < SHOWN_SHARE else self.rng.choice(self.cast.committees[1:])
        )
        deputy = None
        if plot.shown:
            committee, deputy = self.cast.committees[0], self.cast.shown
        elif plot.who == "deputy":
            committee, deputy = self._addressed(committee)
        division = self.rng.choice(self.cast.communities(committee))
        return Seed(self._next_issue(plot.who), committee, division, opened_at, deputy)

    def _addressed(self, committee: Organisation) -> tuple[Organisation, Deputy]:
        """A deputy of the street; in the shown street most often the shown one."""
        if committee == self.cast.committees[0] and self.rng.random() < 0.75:
            return committee, self.cast.shown
        reachable = self.cast.reachable(committee)
        return (committee, self.rng.choice(reachable)) if reachable else (self.cast.committees[0], self.cast.shown)

    def _next_issue(self, who: str) -> dict:
        found, turn = self._issues[who], self._turn[who]
        self._turn[who] += 1
        return found[turn % len(found)]

    def _tell_of_declined(self) -> None:
        for number, issue in enumerate(data("opinions")["elsewhere"]):
            opened_at = self._at(4 + 9 * number)
            committee = self.cast.committees[number % 2 * 3]
            division = self.rng.choice(self.cast.communities(committee))
            self._begin(Seed(issue, committee, division, opened_at)).decline(issue["reason"])

    def _tell_of_merged(self) -> None:
        """Neighbours raise the same thing; the later ones are merged into the first."""
        for number, age in enumerate((24, 16, 8)):
            committee = self.cast.committees[number % 2]
            division, issue = self.cast.communities(committee)[number % 3], self._issues["street"][number * 5]
            first = self._begin(Seed(issue, committee, division, self._at(age))).take()
            for later in range(2):
                again = self._begin(Seed(issue, committee, division, self._at(age - 2 - later)))
                again.merge_into(first.matter)
            first.watch.at = max(first.watch.at, self._at(age - 4))
            first.assign(0).sign()

    def _tell_of_research(self) -> None:
        """Two opinions of one street have one cause, and become one proposal."""
        committee = self.cast.committees[0]
        stories = []
        for number, age in enumerate((26, 23)):
            division = self.cast.communities(committee)[number]
            seed = Seed(self._next_issue("district"), committee, division, self._at(age))
            stories.append(self._begin(seed).take())
        tell_of_research(stories)

    def _at(self, age: int) -> datetime:
        day = local_today(self.now) - timedelta(days=age)
        return datetime.combine(day, time(self.rng.randint(8, 20), self.rng.randint(0, 59)), tzinfo=SHANGHAI)


def _by_fitness() -> dict[str, list[dict]]:
    """Issues by who can be in the story: danger and wide reach are routed past the deputy."""
    wide = ("district", "city", "province")
    local = [issue for issue in issues() if issue.get("reach") not in wide]
    mixed = local[:]
    random.Random(7).shuffle(mixed)  # noqa: S311 - demo data, no secret
    return {
        "street": mixed,
        "deputy": [
            issue for issue in reversed(mixed) if not any(word in issue["text"] for word in ("井盖缺失", "外墙脱落"))
        ],
        "unclear": data("opinions")["unclear"],
        **{reach: [issue for issue in issues() if issue.get("reach") == reach] for reach in wide},
    }


@transaction.atomic
def tell_stories(congress: Organisation, *, now: datetime) -> int:
    """Fill the platform with opinions of the last three months; returns how many there are."""
    app.conf.broker_url = "memory://localhost/"  # what is told here is long past: no worker need be woken
    Chronicle(congress, now).tell_all()
    lay_notices_to_rest(now)
    return Matter.objects.count()


def lay_notices_to_rest(now: datetime) -> None:
    """Old notices were delivered then, and all but the latest were read."""
    Notice.objects.filter(status=NoticeStatus.PENDING).update(status=NoticeStatus.SENT, sent_at=F("created_at"))
    in_app = Notice.objects.filter(channel=Channel.IN_APP, created_at__lt=now - READ_AFTER)
    in_app.update(read_at=F("created_at"))
