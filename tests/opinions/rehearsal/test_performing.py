"""Replaying: the same as the engine, complete or honestly not, and bounded in statements."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liaison.base.errors import DomainError, NotAllowed
from liaison.base.jobs import services as jobs
from liaison.base.jobs.models import Job, JobStatus
from liaison.base.jobs.queries import LEASE
from liaison.base.jobs.tasks import run
from liaison.base.stamps import reading
from opinions.catalog.models import Category, Reach, SourceChannel, Tier, Urgency, Wish
from opinions.intake.models import Opinion
from opinions.matters.models import Matter
from opinions.rehearsal import services
from opinions.rehearsal.jobs import start
from opinions.rehearsal.models import Against, Difference, Phase, Rehearsal
from opinions.rehearsal.services import Request
from opinions.routing.conditions import SimilarCount, Within
from opinions.routing.models import Resolver, Rule, RuleSet
from opinions.routing.planning import draw_up
from opinions.routing.queries import compile_set, raised_of
from opinions.routing.services import RuleDraft, activate, plan, save_rule, settle, start_street_set
from opinions.routing.services.replaying import Ground, Replay, moment_key, outcome_of, pasts
from opinions.similar.models import Alikeness, Likeness
from tests.factories.matters import NOW, TODAY, HandlingWorld, open_matter
from tests.factories.routing import all_of

pytestmark = pytest.mark.django_db
SINCE = TODAY - timedelta(days=30)


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def request(rule_set: RuleSet, **fields: Any) -> Request:
    return Request(**{"rule_set": rule_set, "since": SINCE, "until": TODAY, **fields})


def rehearsed(rule_set: RuleSet, by: Any = None, batch: int = 2, **fields: Any) -> Rehearsal:
    made = services.begin(request=request(rule_set, **fields), by=by, now=NOW)
    return services.perform(rehearsal=made, progress=silent, batch=batch)


def only_to_the_street(draft: RuleSet) -> None:
    """Make a draft that gives everything to the street."""
    Rule.objects.filter(rule_set=draft).delete()
    save_rule(
        rule_set=draft, rule=None, by=None, now=NOW,
        draft=RuleDraft(name="都给街道", tier=Tier.STREET, resolver=Resolver.STREET, confirm=False),
    )  # fmt: skip


def test_version_in_force_against_itself_differs_nowhere(world: HandlingWorld) -> None:
    for _n in range(5):
        open_matter(world)
    made = rehearsed(RuleSet.objects.get())
    assert (made.summary["total"], made.summary["changed"], made.differences.count()) == (5, 0, 0)
    assert made.phase(NOW) == Phase.DONE


def test_differences_are_kept_with_both_sides(world: HandlingWorld, draft: RuleSet) -> None:
    matter = open_matter(world)
    only_to_the_street(draft)
    made = rehearsed(draft)
    row = made.differences.get()
    assert (row.matter, row.old_tier, row.old_body) == (matter, Tier.DEPARTMENT, world.department.pk)
    assert (row.new_tier, row.new_body, row.new_confirm) == (Tier.STREET, world.committee.pk, False)
    assert made.summary["streets"] == [[world.committee.pk, 1, 1, 1, 0]]


def test_compared_with_what_happened_a_person_s_word_counts(world: HandlingWorld, draft: RuleSet) -> None:
    decided, silent_one = open_matter(world), open_matter(world)
    settle(plan(raised_of(decided), now=NOW), matter=decided)
    made = rehearsed(draft, against=Against.HAPPENED)
    assert (made.summary["total"], made.summary["changed"], made.summary["unrecorded"]) == (2, 0, 1)
    only_to_the_street(draft)
    assert rehearsed(draft, against=Against.HAPPENED).differences.get().matter == decided
    assert silent_one.decisions.count() == 0


FIELDS = st.fixed_dictionaries(
    {
        "category": st.sampled_from([None, "urban.lighting", "urban", "health.care", "community.elder"]),
        "urgency": st.sampled_from(Urgency.values),
        "days": st.integers(0, 20),
        "minutes": st.integers(0, 24 * 60),
    }
)
SAID = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(SourceChannel.values),
        "content": st.sampled_from(["东门路灯坏了", "违建", "法院判决不服", "希望修订条例", "充电桩 LED 不亮"]),
        "reach": st.sampled_from(["", *Reach.values]),
        "wish": st.sampled_from(["", *Wish.values]),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=15)
@given(fields=FIELDS, said=SAID, addressed=st.booleans(), place=st.sampled_from(["community", "street", "estate"]))
def test_replayed_decision_is_that_of_the_engine(
    world: HandlingWorld, fields: dict[str, Any], said: dict[str, Any], addressed: bool, place: str
) -> None:
    at = NOW - timedelta(days=fields["days"], minutes=fields["minutes"])
    category = Category.objects.filter(code=fields["category"]).first()
    matter = open_matter(
        world, deputy=world.deputy if addressed else None, category=category, urgency=fields["urgency"], opened_at=at,
        division=getattr(world.places, place),
    )  # fmt: skip
    Opinion.objects.filter(pk=matter.pk).update(**said)
    matter = Matter.objects.get(pk=matter.pk)
    version = RuleSet.objects.get()
    with reading():
        ground = Ground()
        replay, (past,) = Replay(version, ground), pasts(Matter.objects.filter(pk=matter.pk))
        ground.prepare([past], similar=True)
        expected = outcome_of(draw_up(compile_set(version), raised_of(matter), now=NOW))
        for _again in range(2):
            assert replay.outcome(past, moment_key(past.at)).effect == expected.effect


def test_street_rules_stand_in_the_replay_of_the_district(world: HandlingWorld) -> None:
    matter = open_matter(world, category=Category.objects.get(code="community.elder"))
    own = start_street_set(district=world.congress, street=world.committee, by=None, now=NOW)
    save_rule(
        rule_set=own, rule=None, by=None, now=NOW,
        draft=RuleDraft(name="街道自定", tier=Tier.STREET, resolver=Resolver.COMMUNITY),
    )  # fmt: skip
    made = rehearsed(own)
    assert made.differences.get().new_body == world.places.community_body.pk
    activate(rule_set=own, by=None, now=NOW)
    version = RuleSet.objects.get(street=None)
    assert rehearsed(version).summary["bodies"][0] == [f"b{world.places.community_body.pk}", 1, 1]
    assert matter.category is not None


def test_similar_are_counted_as_they_stood_when_it_was_raised(world: HandlingWorld, draft: RuleSet) -> None:
    first, second = open_matter(world), open_matter(world, opened_at=NOW + timedelta(minutes=5))
    for one in (first, second):
        Likeness.objects.create(
            matter=one, portrait=b"", keys=b"", fingerprint="", raised_on=TODAY, made_at=NOW, tied_at=NOW
        )
    Alikeness.objects.create(older=first, newer=second, score=0.9)
    only_to_the_street(draft)
    groups = all_of(SimilarCount(1, 7, Within.STREET))
    Rule.objects.filter(rule_set=draft).update(conditions=groups)
    made = rehearsed(draft)
    assert [row.new_tier for row in made.differences.order_by("matter_id")] == [None, Tier.STREET]


def statements(world: HandlingWorld, rule_set: RuleSet, opinions: int, batch: int) -> int:
    for _n in range(opinions):
        open_matter(world)
    with CaptureQueriesContext(connection) as queries:
        rehearsed(rule_set, batch=batch)
    return len(queries)


def test_statements_grow_with_batches_not_with_opinions(world: HandlingWorld, draft: RuleSet) -> None:
    only_to_the_street(draft)
    statements(world, draft, 1, batch=100)  # reference data are loaded once in a process
    few = statements(world, draft, 2, batch=100)
    assert statements(world, draft, 28, batch=100) == few


def test_worker_lost_in_the_middle_leaves_no_trace_and_the_next_one_does_it_all(
    world: HandlingWorld, draft: RuleSet
) -> None:
    only_to_the_street(draft)
    for _n in range(5):
        open_matter(world)
    made = services.begin(request=request(draft), by=None, now=NOW)

    def dies(done: int, total: int) -> None:
        if done > 2:
            raise MemoryError

    with pytest.raises(MemoryError):
        services.perform(rehearsal=made, progress=dies, batch=2)
    made.refresh_from_db()
    assert (made.finished_at, made.summary) == (None, {})
    services.perform(rehearsal=made, progress=silent, batch=2)
    assert (made.summary["total"], made.differences.count()) == (5, 5)


def test_worker_believed_lost_can_no_longer_write(world: HandlingWorld, draft: RuleSet) -> None:
    only_to_the_street(draft)
    for _n in range(4):
        open_matter(world)
    made = services.begin(request=request(draft), by=None, now=NOW)

    def another_takes_over(done: int, total: int) -> None:
        services.perform(rehearsal=Rehearsal.objects.get(pk=made.pk), progress=silent)

    with pytest.raises(services.Overtaken):
        services.perform(rehearsal=made, progress=another_takes_over, batch=2)
    made.refresh_from_db()
    assert (made.summary["total"], made.differences.count()) == (4, 4)


def test_cancelled_rehearsal_stops_at_the_next_batch(world: HandlingWorld, draft: RuleSet) -> None:
    only_to_the_street(draft)
    for _n in range(4):
        open_matter(world)
    made = services.begin(request=request(draft), by=None, now=NOW)

    def cancels(done: int, total: int) -> None:
        services.cancel(rehearsal=made, now=NOW)

    with pytest.raises(services.Cancelled):
        services.perform(rehearsal=made, progress=cancels, batch=2)
    made.refresh_from_db()
    assert (made.phase(NOW), made.differences.count()) == (Phase.CANCELLED, 0)
    with pytest.raises(services.NotOpen):
        services.cancel(rehearsal=made, now=NOW)


def test_job_carries_it_and_gives_a_spreadsheet(world: HandlingWorld, draft: RuleSet) -> None:
    open_matter(world)
    only_to_the_street(draft)
    made = start(request=request(draft), by=world.district_staff, now=NOW)
    assert made.phase(NOW) == Phase.WAITING
    assert made.job is not None
    run(made.job.pk)
    job, made = Job.objects.get(), Rehearsal.objects.select_related("job").get()
    assert (job.status, made.phase(NOW), job.done) == (JobStatus.DONE, Phase.DONE, 1)
    assert job.result is not None
    assert job.result.name.endswith(".xlsx")


def test_job_whose_worker_dies_again_and_again_is_failed(world: HandlingWorld, draft: RuleSet) -> None:
    open_matter(world)
    made = start(request=request(draft), by=world.district_staff, now=timezone.now())
    assert made.job is not None
    for n in range(jobs.MOST_ATTEMPTS + 1):
        now = timezone.now() + n * 2 * LEASE
        jobs.claim(job_id=made.job.pk, now=now)
        jobs.requeue_stale(now=now + LEASE)
    made = Rehearsal.objects.select_related("job").get()
    assert made.phase(timezone.now()) == Phase.FAILED
    assert made.job is not None
    assert "多次中断" in made.job.error


def test_two_rehearse_at_once_and_neither_disturbs_the_other(world: HandlingWorld, draft: RuleSet) -> None:
    for _n in range(3):
        open_matter(world)
    only_to_the_street(draft)
    one = services.begin(request=request(draft), by=world.district_staff, now=NOW)
    other = services.begin(request=request(RuleSet.objects.get(version=1)), by=world.leader, now=NOW)

    def meanwhile(done: int, total: int) -> None:
        if done == 1:
            services.perform(rehearsal=other, progress=silent, batch=2)

    services.perform(rehearsal=one, progress=meanwhile, batch=1)
    other.refresh_from_db()
    assert (one.summary["changed"], other.summary["changed"]) == (3, 0)


def test_rehearsal_counts_only_what_its_author_may_see(world: HandlingWorld, draft: RuleSet) -> None:
    open_matter(world)
    open_matter(
        world, street=world.other_committee, division=world.places.other_community, holder=world.other_committee
    )
    assert rehearsed(draft, by=world.staff).summary["total"] == 1
    assert rehearsed(draft, by=world.district_staff).summary["total"] == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"since": date(2020, 1, 1), "until": date(2020, 2, 1)}, "since"),
        ({"since": TODAY, "until": SINCE}, "until"),
        ({"since": TODAY + timedelta(days=3), "until": TODAY + timedelta(days=4)}, "since"),
        ({"since": date(1999, 1, 1)}, "since"),
        ({"against": Against.VERSION}, "other"),
    ],
)
def test_bad_request_is_told_at_its_field(
    world: HandlingWorld, draft: RuleSet, changes: dict[str, Any], field: str
) -> None:
    open_matter(world)
    with pytest.raises(DomainError) as told:
        services.begin(request=request(draft, **changes), by=None, now=NOW)
    assert told.value.field == field


def test_version_of_a_street_cannot_be_compared_with_the_district(world: HandlingWorld, draft: RuleSet) -> None:
    open_matter(world)
    own = start_street_set(district=world.congress, street=world.committee, by=None, now=NOW)
    with pytest.raises(DomainError) as told:
        services.begin(request=request(draft, against=Against.VERSION, other=own), by=None, now=NOW)
    assert told.value.field == "other"


def test_only_who_keeps_the_rules_may_rehearse_and_only_so_often(world: HandlingWorld, draft: RuleSet) -> None:
    open_matter(world)
    with pytest.raises(NotAllowed):
        start(request=request(draft), by=world.staff, now=NOW)
    for _n in range(3):
        start(request=request(draft), by=world.district_staff, now=NOW)
    with pytest.raises(DomainError, match="几次演练"):
        start(request=request(draft), by=world.district_staff, now=NOW)


def test_old_differences_go_and_the_figures_stay(world: HandlingWorld, draft: RuleSet) -> None:
    open_matter(world)
    only_to_the_street(draft)
    made = rehearsed(draft)
    assert services.purge(now=NOW) == 0
    assert services.purge(now=NOW + timedelta(days=91)) == 1
    made.refresh_from_db()
    assert (made.summary["changed"], Difference.objects.count()) == (1, 0)
