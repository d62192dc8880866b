"""Random people do random things to a matter; whatever they do, certain things hold."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from deputies.roster.models import CongressLevel
from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from liaison.base.errors import DomainError
from liaison.base.workdays.arithmetic import local_today
from opinions.catalog.models import ClockKind, ReasonKind
from opinions.clocks.queries import running_clocks
from opinions.clocks.services import NAMED_DAYS, RESIDENTS, WINDOWS, lead_due
from opinions.handling import services as handling
from opinions.handling.content import PROMISES
from opinions.handling.models import LIVE, Assignment, AssignmentStatus, Part, Reply, ReplyStatus
from opinions.handling.queries import answers_for, verbs_for
from opinions.handling.standing import REPLYING, RULES
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter, ReplyClass
from opinions.matters.states import FINAL, OPINION, Status
from opinions.proposals.services import raise_to_proposal
from opinions.relays import services as relays
from tests.factories.matters import NOW, HandlingWorld, content, handling_world, open_matter, reason, taken_out

VERBS = sorted(RULES)
USERS = (
    "deputy_user",
    "helper",
    "staff",
    "secretary",
    "handler",
    "head",
    "other_handler",
    "other_head",
    "office_handler",
    "office_head",
    "district_staff",
)
DICE = st.randoms(use_true_random=True)
ENDING = ("merge", "branch", "decline")
"""Verbs after which little more can happen."""
WEIGHTS = {"sign": 6, "draft": 8, "reply": 8, "send_back": 3, "co_opinion": 8, "answer": 3, "relay": 0.2, "raise": 0.3}
"""How much likelier than others a verb is, so that the long ways are gone too."""
NOBODYS = (Status.WAITING, Status.REPLIED, *FINAL)
SETTINGS = settings(
    max_examples=25,
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


class Machine(RuleBasedStateMachine):
    """One matter in one district. `world` is set by the test; each example runs in its own savepoint."""

    world: HandlingWorld
    done: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.now: datetime = NOW
        self.rated: dict[int, str] = {}
        self.events = 0
        self.last_seen: Matter | None = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(held_by_deputy=st.booleans())
    def begin(self, held_by_deputy: bool) -> None:
        self.raised(held_by_deputy)

    def raised(self, held_by_deputy: bool) -> None:
        self.rated, self.events = {}, 0
        self.pk = open_matter(self.world, deputy=self.world.deputy if held_by_deputy else None, now=self.now).pk

    @property
    def matter(self) -> Matter:
        return Matter.objects.select_related("deputy").get(pk=self.pk)

    @property
    def seen(self) -> Matter:
        """The matter as the last step left it, read once for all that must hold."""
        if self.last_seen is None:
            self.last_seen = self.matter
        return self.last_seen

    @contextmanager
    def attempted(self) -> Iterator[None]:
        """What is refused must leave no trace."""
        before = (self.matter.version, self.matter.status, Event.objects.count())
        try:
            with transaction.atomic():
                yield
        except DomainError:
            assert (self.matter.version, self.matter.status, Event.objects.count()) == before

    @rule(verb=st.sampled_from(VERBS), name=st.sampled_from(USERS), dice=DICE)
    def somebody_tries_something(self, verb: str, name: str, dice: random.Random) -> None:
        self.last_seen = None
        if verb in ENDING:
            return
        with self.attempted():
            act(verb, self.world, self.matter, {"by": getattr(self.world, name), "now": self.now}, dice)

    @rule(dice=DICE)
    def life_goes_on(self, dice: random.Random) -> None:
        self.last_seen = None
        for _step in range(4):
            matter = self.matter
            if matter.status == Status.MERGED and dice.random() < 0.7:
                self._people_do(matter, dice)
            elif matter.status in FINAL and (matter.status != Status.CLOSED or dice.random() < 0.5):
                self.raised(dice.random() < 0.5)
            elif matter.status in (Status.WAITING, Status.REPLIED):
                self._resident_does(matter, dice)
            else:
                self._people_do(matter, dice)
            if dice.random() < 0.15:
                self.now += timedelta(days=dice.choice([1, 1, 2, 12]))
                handling.expire_supplies(now=self.now)

    def _people_do(self, matter: Matter, dice: random.Random) -> None:
        some = dice.sample(USERS, 4)
        offers = self._offered(some, matter) or self._offered(USERS, matter)
        calm = [offer for offer in offers if offer[1] not in ENDING]
        chosen = calm if calm and dice.random() < 0.97 else offers
        if not chosen:
            return
        verbs = sorted({one for _name, one in chosen})
        (verb,) = dice.choices(verbs, [WEIGHTS.get(one, 1) for one in verbs])
        name = dice.choice([one for one, held in chosen if held == verb])
        with self.attempted():
            act(verb, self.world, matter, {"by": getattr(self.world, name), "now": self.now}, dice)
            self.done[verb] += 1

    def _offered(self, names: Sequence[str], matter: Matter) -> list[tuple[str, str]]:
        """Who of these may do what."""
        users = [(name, getattr(self.world, name)) for name in names]
        return [(name, row.verb) for name, user in users for row in verbs_for(user, matter, now=self.now)]

    def _resident_does(self, matter: Matter, dice: random.Random) -> None:
        who: dict[str, Any] = {"matter": matter, "now": self.now}
        reporter = matter.reporters.get()
        with self.attempted():
            if matter.status == Status.WAITING and dice.random() < 0.1:
                handling.withdraw(reporter=reporter, **who)
            elif matter.status == Status.WAITING:
                handling.supply(reporter=reporter, text="东边三盏", **who)
            elif dice.random() < 0.2:
                handling.lapse(**who)
            else:
                self._rate(dice.choice(["satisfied", "mostly", "unsatisfied"]), who)

    def _rate(self, word: str, who: dict[str, Any]) -> None:
        self.rated[who["matter"].round] = word
        if word == "unsatisfied" and who["matter"].round < 3:
            handling.send_to_rework(actor="反映人", **who)
        else:
            handling.close_rated(satisfaction=word, actor="反映人", **who)

    @invariant()
    def turn_is_somebodys_or_the_residents(self) -> None:
        matter = self.seen
        holders = [one for one in (matter.holder_id, matter.holder_deputy_id) if one]
        assert len(holders) == (0 if matter.status in NOBODYS else 1)
        assert matter.holder_deputy_id in (None, matter.deputy_id)

    @invariant()
    def assignments_fit_the_status(self) -> None:
        matter = self.seen
        live = [row for row in matter.assignments.all() if row.status in LIVE]
        assert sum(row.part == Part.LEAD for row in live) <= 1
        if live:
            resumes = matter.resume_status == Status.HANDLING
            assert matter.status in (Status.HANDLING, Status.RETURNED) or (matter.status == Status.WAITING and resumes)
        if matter.status == Status.HANDLING:
            assert any(row.part in REPLYING for row in live)
        for row in matter.assignments.all():
            assert (row.signed_at is None) == (not row.person)
            assert (row.returned_at is not None) == (row.status == AssignmentStatus.RETURNED)

    @invariant()
    def clocks_fit_the_status(self) -> None:
        matter = self.seen
        running = [clock for clock in running_clocks(matter) if clock.kind not in NAMED_DAYS]
        duties = [clock for clock in running if clock.kind not in (*RESIDENTS, *WINDOWS) and clock.paused_on is None]
        tightest = min(duties, key=lambda clock: (clock.due_on, clock.kind), default=None)
        assert matter.due_on == (tightest.due_on if tightest else None)
        if matter.status in FINAL:
            assert running == []
        if matter.status == Status.REPLIED:
            assert [clock.kind for clock in running] == [ClockKind.RATE]
        if matter.status in (Status.SUBMITTED, Status.TAKEN, Status.HANDLING, Status.RETURNED, Status.REWORK):
            assert duties, "somebody must act by a day"

    @invariant()
    def one_body_answers_for_it(self) -> None:
        matter, rows = self.seen, list(self.seen.assignments.select_related("organisation"))
        liable = [row for row in rows if row.liable]
        assert (
            len(liable) == int(matter.status == Status.HANDLING and any(_leads(row) for row in rows))
            or (len(liable) <= 1 and matter.status != Status.HANDLING)
            or all(row.returned_at for row in liable)
        )
        assert (answers_for(matter, rows) is not None) or matter.status in NOBODYS
        for row in liable:
            bound = {clock.organisation_id for clock in running_clocks(matter, ClockKind.REPLY)}
            assert row.organisation_id in bound, "who answers for it is bound by a day"
        if matter.status in (*FINAL, Status.REPLIED, Status.REWORK):
            assert liable == []

    @invariant()
    def a_co_handler_is_due_before_the_lead(self) -> None:
        matter = self.seen
        lead = lead_due(matter)
        for clock in running_clocks(matter, ClockKind.CO_OPINION):
            assert clock.extended or lead is None or clock.due_on < lead or clock.due_on == clock.started_on

    @invariant()
    def times_and_words_are_true(self) -> None:
        matter = self.seen
        assert (matter.closed_at is not None) == (matter.status in FINAL)
        assert bool(matter.resume_status) == (matter.status == Status.WAITING) or matter.status in FINAL
        if matter.satisfaction:
            assert matter.satisfaction in self.rated.values()
        if matter.satisfaction in ("satisfied", "mostly"):
            assert self.rated[max(self.rated)] == matter.satisfaction
        if matter.status == Status.REPLIED:
            assert matter.satisfaction == ""
            assert RatingInvite.objects.filter(matter=matter, round=matter.round).count() == 1

    @invariant()
    def promises_have_dates(self) -> None:
        for reply in Reply.objects.filter(matter=self.pk, status=ReplyStatus.ISSUED, reply_class__in=PROMISES):
            issued = local_today(reply.issued_at)  # type: ignore[arg-type]
            later = [point for point in reply.points.all() if point.due_on is not None and point.due_on > issued]
            assert later
            assert reply.promises.count() == len(later), "what is promised outlives every step of handling"
        days = self.seen.promises.values_list("due_on", flat=True)
        bound = {clock.due_on for clock in running_clocks(self.seen, ClockKind.PROMISE)}
        assert bound <= set(days)
        assert bool(bound) == bool(days)

    @invariant()
    def ledger_only_grows_and_holds(self) -> None:
        chain = f"matter:{self.pk}"
        count = Event.objects.filter(chain=chain).count()
        assert count >= self.events
        self.events = count
        assert list(verify([chain])) == []

    @invariant()
    def ledger_tells_the_present_status(self) -> None:
        moved = Event.objects.filter(chain=f"matter:{self.pk}").exclude(target="").order_by("seq")
        steps = list(moved.values_list("verb", "source", "target"))
        assert steps[-1][2] == self.seen.status
        for (_verb, _source, before), (verb, source, _target) in pairwise(steps):
            assert source == before
            assert source in OPINION[verb].sources


def _leads(row: Assignment) -> bool:
    return row.part == Part.LEAD and row.status in LIVE


def act(verb: str, world: HandlingWorld, matter: Matter, who: dict[str, Any], dice: random.Random) -> Any:
    """Carry out `verb` with arguments thrown by `dice`."""
    who = {"matter": matter, **who}
    soon = local_today(who["now"]) + timedelta(days=dice.randint(-2, 20))
    reply = content(dice.choice(ReplyClass.values), due_on=soon)
    bodies = [world.department, world.other_department, world.office]
    dice.shuffle(bodies)
    separate = dice.random() < 0.3
    given: dict[str, Any] = (
        {"separate": bodies[:2]} if separate else {"lead": bodies[0], "co": bodies[1 : dice.randint(1, 3)]}
    )
    receivers: list[dict[str, Any]] = [
        {"street": world.other_committee},
        {"street": world.committee},
        {"deputy": world.deputy},
    ]
    ways: dict[str, Callable[[], Any]] = {
        "take": lambda: handling.take(**who),
        "decline": lambda: handling.decline(reason=reason(ReasonKind.DECLINE), text="说明", **who),
        "transfer": lambda: handling.transfer(
            reason="转",
            **dice.choice(receivers),
            **who,
        ),
        "ask": lambda: handling.ask(question="哪一盏？", **who),
        "answer": lambda: handling.answer(text="今晚修好。", **who),
        "assign": lambda: handling.assign(tier=dice.choice([2, 3]), **given, **who),
        "recall": lambda: handling.recall(reason="选错了", **who),
        "extend": lambda: handling.extend(days=dice.randint(0, 15), reason="要定制", **who),
        "sign": lambda: handling.sign(person="李四", **who),
        "return": lambda: handling.return_assignment(reason=reason(ReasonKind.RETURN), text="不属本局", **who),
        "ask_extension": lambda: handling.ask_extension(until=soon, reason="要定制", **who),
        "refuse_extension": lambda: handling.refuse_extension(reason="抓紧", **who),
        "object": lambda: handling.object_to(reason=reason(ReasonKind.RETURN), text="不属本局", **who),
        "consent_return": lambda: handling.consent_return(**who),
        "refuse_return": lambda: handling.refuse_return(reason="是你局的", **who),
        "settle": lambda: handling.settle(tier=2, lead=dice.choice(bodies), person="王五", content=reply, **who),
        "set_limit": lambda: handling.set_limit(body=dice.choice(bodies), days=dice.randint(0, 9), **who),
        "add_co": lambda: handling.add_co(bodies=[dice.choice(bodies)], task="提供管线图", **who),
        "join_streets": lambda: handling.join_streets(streets=[world.other_committee], task="一起查", **who),
        "draft": lambda: dice.choice([handling.save_draft, handling.submit_for_approval, handling.write_and_issue])(
            content=reply, **who
        ),
        "reply": lambda: handling.issue_reply(**who),
        "send_back": lambda: handling.send_back(reason="写具体", **who),
        "co_opinion": lambda: handling.give_co_opinion(text="可以配合。", **who),
        "report_back": lambda: handling.report_back(content=reply, **who),
        "raise": lambda: raise_to_proposal(title="建议", situation="情况", reason="共性", lead=world.deputy, **who),
        "unlink": lambda: taken_out(**who),
        "relay": lambda: relays.relay(
            level=CongressLevel.MUNICIPAL, deputies=[world.city_deputy], reason="跨区", **who
        ),
        "merge": lambda: handling.merge(target=open_matter(world), **who),
        "branch": lambda: handling.branch(target=open_matter(world), **who),
        "unmerge": lambda: handling.unmerge(**who),
        "reopen": lambda: handling.reopen(reason="没有兑现", lead=world.department, **who),
    }
    return ways[verb]()


@pytest.mark.django_db
def test_whatever_people_do_the_rules_of_a_matter_hold() -> None:
    Machine.world, Machine.done = handling_world(), Counter()
    run_state_machine_as_test(Machine, settings=SETTINGS)
    assert len(Machine.done) > len(VERBS) // 2, "the run went too few ways to say anything"
