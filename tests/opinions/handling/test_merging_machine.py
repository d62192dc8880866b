"""Matters merged, branched, followed and taken out at random: nothing is lost and no ring arises."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model, QuerySet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from liaison.base.audit.models import Audience, Event
from liaison.base.audit.services import verify
from liaison.base.errors import DomainError
from liaison.base.notices.models import Channel, Notice
from opinions.clocks.models import Clock
from opinions.handling import services as handling
from opinions.handling.models import Assignment, Merger, Reply
from opinions.intake.models import Opinion
from opinions.intake.tracking import track
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Attachment, Line, Matter, Reporter
from opinions.matters.states import OPEN, Status
from tests.factories.matters import (
    NOW,
    TODAY,
    HandlingWorld,
    handling_world,
    open_matter,
)

READ: tuple[type[Model], ...] = (
    Matter, Opinion, Reporter, Line, Attachment, Event, Clock, Assignment, Reply, Merger, RatingInvite,
)  # fmt: skip
"""What a resident's page and a chain are made of, as far as the machine can change it."""


class Together(RuleBasedStateMachine):
    """Six matters, merged, branched, followed and taken out at random. `into` is what must have come of it."""

    world: HandlingWorld

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.now = NOW
        self.read: list[list[Any]] = []
        self.into: dict[int, int] = {}
        self.pks = [open_matter(self.world, phone=f"138000000{n:02}").pk for n in range(6)]
        for pk in self.pks:
            Line.objects.create(
                matter_id=pk, body="看过了", audience=Audience.PUBLIC, by=self.world.staff, author="街道", at=NOW
            )

    def one(self, number: int) -> Matter:
        return Matter.objects.get(pk=self.pks[number])

    def root(self, pk: int) -> int:
        while pk in self.into:
            pk = self.into[pk]
        return pk

    @rule(a=st.integers(0, 5), b=st.integers(0, 5), how=st.sampled_from(["merge", "branch", "follow"]))
    def together(self, a: int, b: int, how: str) -> None:
        matter, target = self.one(a), self.one(b)
        try:
            with transaction.atomic():
                if how == "follow":
                    handling.follow(matter=matter, reporter=matter.reporters.get(), target=target, now=self.now)
                else:
                    getattr(handling, how)(matter=matter, target=target, by=self.world.staff, now=self.now)
        except DomainError:
            assert a == b or {matter.pk, target.pk} & set(self.into)
        else:
            self.into[matter.pk] = target.pk

    @rule(a=st.integers(0, 5), hours=st.integers(0, 5))
    def apart(self, a: int, hours: int) -> None:
        matter = self.one(a)
        self.now += timedelta(minutes=hours)
        try:
            with transaction.atomic():
                handling.unmerge(matter=matter, by=self.world.staff, now=self.now)
        except DomainError:
            assert matter.pk not in self.into
        else:
            del self.into[matter.pk]

    @invariant()
    def everybody_lies_where_the_steps_lead(self) -> None:
        running = set(Clock.objects.filter(stopped_at__isnull=True).values_list("matter", flat=True))
        for matter in self.all_of_them():
            root = self.root(matter.pk)
            assert matter.merged_into_id == (None if root == matter.pk else root)
            assert (matter.status == Status.MERGED) == (root != matter.pk)
            assert (matter.pk in running) == (root == matter.pk)
            assert matter.is_open == bool(matter.holder_id)

    @invariant()
    def nothing_is_lost(self) -> None:
        """The pages and the chains are read anew whenever a row has changed of those that they are made of."""
        rows = [list(model._default_manager.order_by("pk").values_list()) for model in READ]
        if rows == self.read:
            return
        self.read = rows
        assert list(verify(matter.chain for matter in self.all_of_them())) == []
        for matter in self.all_of_them():
            assert (matter.reporters.count(), matter.lines.count()) == (1, 1)
            page = track(matter, matter.reporters.get(), today=TODAY)
            assert page.shown.status in OPEN
            assert page.shown.pk == self.root(matter.pk)

    def all_of_them(self) -> QuerySet[Matter]:
        return Matter.objects.filter(pk__in=self.pks)

    @rule(a=st.integers(0, 5))
    def one_news_each(self, a: int) -> None:
        matter = self.one(a)
        if not matter.is_open:
            return
        before = Notice.objects.filter(channel=Channel.SMS).count()
        handling.news(matter, f"probe{before}", "消息（编号 {code}）", now=self.now)
        rows = Notice.objects.filter(channel=Channel.SMS, subject__startswith="消息").order_by("-id")
        sent = [row.address for row in rows[: Notice.objects.filter(channel=Channel.SMS).count() - before]]
        here = [f"138000000{n:02}" for n, pk in enumerate(self.pks) if self.root(pk) == matter.pk]
        assert sorted(sent) == here


@pytest.mark.django_db
def test_whatever_is_merged_and_taken_out_nothing_is_lost_and_no_ring_arises() -> None:
    Together.world = handling_world()
    run_state_machine_as_test(
        Together,
        settings=settings(
            max_examples=20,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
