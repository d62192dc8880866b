"""The index and the hot issues, on the database."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from liaison.base.audit.models import Event
from opinions.intake.models import Opinion
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.similar import queries, services
from opinions.similar.compare import SAME
from opinions.similar.models import Alikeness, HotIssue, HotMember, HotState, Likeness, Posting, Vocabulary
from opinions.similar.portrait import VERSION
from opinions.similar.services.hot import chain_of, returns
from opinions.similar.services.indexing import tie_waiting
from tests.factories.intake import IntakeWorld, intake_world
from tests.factories.matters import NOW, later
from tests.factories.similar import invented, raised

pytestmark = pytest.mark.django_db
TOLD = (
    "荷塘小区东门三盏路灯坏了两周，晚上看不见路，老人摔过一次。",
    "我住荷塘小区，东门口一到晚上黑漆漆的，灯都不亮，请派人修。",
    "荷塘小区东门的路灯不亮半个月了，上夜班回来害怕。",
)
LIFT = "荷塘小区6栋的电梯一周困人三次，物业只会拖。"
ELSEWHERE = "梅岭小区北门的路灯都不亮，请来修一修。"


@pytest.fixture
def world() -> IntakeWorld:
    return intake_world()


@pytest.fixture
def told(world: IntakeWorld) -> list[Matter]:
    """Three of one thing by three people, another trouble there, and the same trouble elsewhere; all indexed."""
    found = [raised(world, text, phone=f"1390000000{number}") for number, text in enumerate((*TOLD, LIFT, ELSEWHERE))]
    indexed()
    return found


def indexed(days: float = 0) -> None:
    while services.index_waiting(now=later(days)):
        pass


def statements(ask: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        ask()
    return len(seen)


def test_duplicates_are_found_with_words(told: list[Matter]) -> None:
    found = queries.likely_duplicates(told[0])
    assert {one.matter_id for one in found} == {told[1].pk, told[2].pk}
    assert all(any("荷塘" in word for word in one.words) for one in found)
    assert all(one.days == 0 and one.score >= SAME for one in found)


def test_same_cause_elsewhere_is_no_duplicate(told: list[Matter]) -> None:
    assert [one.matter_id for one in queries.same_cause_elsewhere(told[0])] == [told[4].pk]


def test_text_being_written_finds_what_was_raised(told: list[Matter], world: IntakeWorld) -> None:
    place = world.world.places.community.pk
    found = queries.alike_to_text("荷塘小区东门口路灯不亮", division_id=place, now=NOW)
    assert {one.matter_id for one in found} == {one.pk for one in told[:3]}
    assert queries.alike_to_text("", division_id=place) == []


def test_count_leaves_out_the_old_the_far_and_oneself(told: list[Matter]) -> None:
    text = TOLD[0]
    assert queries.count_like(text=text) == 3
    assert queries.count_like(text=text, exclude_matter_id=told[0].pk) == 2
    assert queries.count_like(text=text, since=later(3)) == 0
    Likeness.objects.filter(pk=told[1].pk).update(latitude=30.0, longitude=120.0)
    near = queries.count_like(text=text, latitude=30.01, longitude=120.0, metres=500)
    assert near == 2


def test_withdrawn_and_merged_are_not_proposed(told: list[Matter]) -> None:
    Matter.objects.filter(pk=told[1].pk).update(status=Status.WITHDRAWN)
    Matter.objects.filter(pk=told[2].pk).update(status=Status.MERGED, merged_into=told[0].pk)
    assert queries.likely_duplicates(told[0]) == []


def test_duplicates_stay_in_the_users_scope(told: list[Matter], world: IntakeWorld) -> None:
    assert queries.likely_duplicates(told[0], world.world.staff)
    assert queries.likely_duplicates(told[0], world.world.other_staff) == []


def test_matter_without_portrait_has_no_duplicates(world: IntakeWorld) -> None:
    assert queries.likely_duplicates(raised(world, TOLD[0])) == []


def test_search_asks_as_much_of_many_as_of_few(world: IntakeWorld, told: list[Matter]) -> None:
    few = statements(lambda: queries.alike_to_text(TOLD[1])), statements(lambda: queries.likely_duplicates(told[0]))
    for number in range(30):
        raised(world, invented(number))
    indexed()
    many = statements(lambda: queries.alike_to_text(TOLD[1])), statements(lambda: queries.likely_duplicates(told[0]))
    assert few == many
    assert many[0] <= 2
    assert statements(lambda: queries.count_like(text=TOLD[0])) <= 2


def test_portraits_of_another_version_are_passed_by_until_made_anew(told: list[Matter]) -> None:
    for row in Likeness.objects.all():
        row.portrait = (1).to_bytes(4, "little") + bytes(row.portrait)[4:]
        row.save()
    assert queries.likely_duplicates(told[0]) == []
    services.group_recent(now=NOW)
    services.index_matters(matter_ids=[one.pk for one in told], now=NOW)
    assert len(queries.likely_duplicates(told[0])) == 2


def of_another_version(matters: Collection[Matter], version: int) -> None:
    for row in Likeness.objects.filter(pk__in=[one.pk for one in matters]):
        row.portrait = version.to_bytes(4, "little") + bytes(row.portrait)[4:]
        row.version = version
        row.save()


@pytest.mark.parametrize("version", [0, 2**31 - 1])
def test_opinions_of_another_version_are_made_anew_bit_by_bit(told: list[Matter], version: int) -> None:
    of_another_version(told, version)
    while services.index_waiting(now=NOW, limit=2):
        pass
    assert {row.version for row in Likeness.objects.all()} == {VERSION}
    assert len(queries.likely_duplicates(told[0])) == 2
    assert statements(lambda: queries.outdated(2)) == 2


def test_old_opinions_made_anew_keep_their_ties(told: list[Matter]) -> None:
    of_another_version(told, 1)
    ties = Alikeness.objects.count()
    assert services.renew(now=later(200)) == len(told)
    assert not Likeness.objects.filter(tied_at__isnull=True).exists()
    assert Alikeness.objects.count() == ties > 0


def test_portrait_of_another_version_without_its_text_goes(told: list[Matter]) -> None:
    of_another_version(told, 1)
    Opinion.objects.filter(matter=told[3]).delete()
    services.renew(now=NOW)
    assert {row.pk for row in Likeness.objects.all()} == {one.pk for one in told} - {told[3].pk}


def test_indexing_twice_keeps_one_portrait(told: list[Matter]) -> None:
    before = set(Posting.objects.values_list("key", "matter_id"))
    services.index_matters(matter_ids=[one.pk for one in told], now=later(1))
    assert Likeness.objects.count() == len(told)
    assert set(Posting.objects.values_list("key", "matter_id")) == before


def test_corrected_text_is_indexed_anew(told: list[Matter]) -> None:
    Opinion.objects.filter(pk=told[2].pk).update(content=LIFT)
    assert services.refresh(now=NOW) == 1
    indexed()
    assert {one.matter_id for one in queries.likely_duplicates(told[3])} == {told[2].pk}
    assert services.refresh(now=NOW) == 0


def test_forgotten_opinion_leaves_nothing(told: list[Matter]) -> None:
    services.forget(matter_ids=[told[0].pk])
    assert not Likeness.objects.filter(pk=told[0].pk).exists()
    assert not Posting.objects.filter(matter_id=told[0].pk).exists()
    assert not Alikeness.objects.filter(older=told[0].pk).exists()


def test_postings_of_a_deleted_matter_are_cleared_within_a_week(told: list[Matter]) -> None:
    gone = told[0].pk
    kept = set(Posting.objects.exclude(matter_id=gone).values_list("key", "matter_id"))
    many = Posting.objects.filter(matter_id=gone).count()
    Likeness.objects.filter(pk=gone).delete()
    assert sum(services.clear_left_over(now=later(day)) for day in range(7)) == many > 0
    assert set(Posting.objects.values_list("key", "matter_id")) == kept


def test_learning_renews_what_is_known(told: list[Matter]) -> None:
    assert services.learn(now=NOW) == len(told)
    assert services.learn(now=NOW) == len(told)
    kept = Vocabulary.objects.get()
    assert "荷塘" in kept.names
    assert queries.known().weights.total == len(told)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the tasks that were asked for; a broker called "dead" refuses them."""
    asked: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_how: asked.append(name))
    monkeypatch.setattr(services.INDEX, "quiet_until", 0.0)
    return asked


def test_submission_asks_a_worker_to_index(
    world: IntakeWorld, sent: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        raised(world, TOLD[0])
        raised(world, TOLD[1])
    assert sent.count("similar.index_waiting") == 1


def test_dead_broker_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def refuse(name: str, **_how: Any) -> None:
        tries.append(name)
        raise OSError("dead")

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    monkeypatch.setattr(services.INDEX, "quiet_until", 0.0)
    services.INDEX()
    services.INDEX()
    assert len(tries) == 1


def test_hot_issue_counts_people_not_messages(told: list[Matter], world: IntakeWorld) -> None:
    assert services.group_recent(now=NOW) == 1
    issue = HotIssue.objects.get()
    assert (issue.people, issue.opinions, issue.rank, issue.state) == (3, 3, 1, HotState.OPEN)
    assert {member.matter_id for member in queries.members(issue)} == {one.pk for one in told[:3]}
    assert sum(issue.curve.values()) == 3
    assert any("荷塘" in word for word in issue.words)
    raised(world, TOLD[2], phone="13900000000")
    indexed()
    services.group_recent(now=NOW)
    issue.refresh_from_db()
    assert (issue.people, issue.opinions) == (3, 4)


def test_one_person_alone_makes_nothing_hot(world: IntakeWorld) -> None:
    for text in TOLD:
        raised(world, text, phone="13900000001")
    indexed()
    assert services.group_recent(now=NOW) == 0


def test_grouping_twice_on_a_day_changes_nothing(told: list[Matter]) -> None:
    def kept() -> list[Any]:
        return [*HotIssue.objects.order_by("pk").values(), *HotMember.objects.values("issue", "matter", "score")]

    services.group_recent(now=NOW)
    before = kept()
    services.group_recent(now=NOW)
    assert kept() == before


def test_issue_keeps_its_identity_while_it_grows_and_when_dismissed(told: list[Matter], world: IntakeWorld) -> None:
    services.group_recent(now=NOW)
    issue = HotIssue.objects.get()
    services.dismiss(issue=issue, by=world.world.staff, now=NOW, reason="已在修")
    raised(world, "荷塘小区东门路灯还是不亮，黑漆漆的。", phone="13900000009", now=later(1))
    indexed(1)
    assert services.group_recent(now=later(1)) == 0
    issue.refresh_from_db()
    assert (issue.opinions, issue.state, issue.rank) == (4, HotState.DISMISSED, None)
    assert HotIssue.objects.count() == 1


def test_dismissed_issue_comes_back_once_clearly_more_people_are_concerned(
    told: list[Matter], world: IntakeWorld
) -> None:
    services.group_recent(now=NOW)
    issue = HotIssue.objects.get()
    services.dismiss(issue=issue, by=world.world.staff, now=NOW, reason="已在修")
    text = "荷塘小区东门路灯还是不亮，黑漆漆的。"
    for number, listed in enumerate((0, 0, 1)):
        raised(world, text, phone=f"1390000001{number}", now=later(1))
        raised(world, text, phone="13900000010", now=later(1))
        indexed()
        assert services.group_recent(now=later(1)) == listed, "the same person twice is no second one"
    issue.refresh_from_db()
    assert (issue.state, issue.people_then, issue.people, issue.rank) == (HotState.OPEN, 3, 6, 1)
    assert (issue.came_back, issue.reason, issue.decided_by) == (True, "已在修", None)
    assert services.group_recent(now=later(1)) == 1
    (event,) = Event.objects.filter(chain=chain_of(issue), verb="hot.return")
    assert (event.by, event.reason, event.data) == (None, "已在修", {"then": 3, "people": 6})
    services.dismiss(issue=issue, by=world.world.staff, now=later(1), reason="下周换灯")
    assert services.group_recent(now=later(2)) == 0
    assert HotIssue.objects.get().people_then == 6


@pytest.mark.parametrize(
    ("then", "people", "back"),
    [(None, 99, False), (3, 5, False), (3, 6, True), (6, 8, False), (6, 9, True), (20, 29, False), (20, 30, True),
     (21, 31, False), (21, 32, True), (9, 4, False)],
)  # fmt: skip
def test_threshold_is_half_more_and_three_at_least(then: int | None, people: int, back: bool) -> None:
    assert returns(then, people) is back


def test_issue_that_is_over_loses_its_rank(told: list[Matter]) -> None:
    services.group_recent(now=NOW)
    assert services.group_recent(now=later(60)) == 0
    assert HotIssue.objects.get().rank is None
    assert not HotIssue.objects.open().exists()


def test_decision_is_taken_once(told: list[Matter], world: IntakeWorld) -> None:
    services.group_recent(now=NOW)
    issue, by = HotIssue.objects.get(), world.world.staff
    with pytest.raises(services.NeedsReason):
        services.dismiss(issue=issue, by=by, now=NOW, reason="  ")
    services.turned_into(issue=issue, state=HotState.PROPOSAL, reference="proposal:1", by=by, now=NOW)
    with pytest.raises(services.AlreadyDecided):
        services.dismiss(issue=issue, by=by, now=NOW, reason="晚了")
    with pytest.raises(services.AlreadyDecided):
        services.reopen(issue=issue, by=by, now=NOW)


def test_dismissal_can_be_taken_back(told: list[Matter], world: IntakeWorld) -> None:
    services.group_recent(now=NOW)
    issue, by = HotIssue.objects.get(), world.world.staff
    services.dismiss(issue=issue, by=by, now=NOW, reason="看错了")
    services.reopen(issue=issue, by=by, now=NOW)
    assert HotIssue.objects.open().get() == issue
    assert not issue.came_back
    services.group_recent(now=NOW)
    assert HotIssue.objects.open().get().rank == 1


def test_members_and_issues_stay_in_the_users_scope(told: list[Matter], world: IntakeWorld) -> None:
    services.group_recent(now=NOW)
    issue = HotIssue.objects.get()
    assert queries.hot_issues(world.world.staff).get() == issue
    assert not queries.hot_issues(world.world.other_staff).exists()
    assert queries.members(issue, world.world.other_staff).count() == 0


def test_ties_are_looked_for_once(told: list[Matter]) -> None:
    assert Alikeness.objects.exists()
    assert tie_waiting(now=NOW) == 0


@pytest.fixture
def pair(told: list[Matter]) -> tuple[int, int]:
    Alikeness.objects.all().delete()
    return told[0].pk, told[1].pk


@pytest.mark.parametrize(("swapped", "score"), [(True, 0.5), (False, 1.5), (False, -0.1)])
def test_tie_is_ordered_and_its_score_a_share(pair: tuple[int, int], swapped: bool, score: float) -> None:
    older, newer = reversed(pair) if swapped else pair
    with pytest.raises(IntegrityError), transaction.atomic():
        Alikeness.objects.create(older_id=older, newer_id=newer, score=score)


@pytest.mark.parametrize(
    "values",
    [
        {"last_on": NOW.date() - timedelta(days=40)},
        {"state": HotState.DISMISSED},
        {"state": HotState.TOPIC, "decided_at": NOW},
        {"decided_at": NOW},
    ],
)
def test_hot_issue_holds_facts_that_belong_together(told: list[Matter], values: dict[str, Any]) -> None:
    services.group_recent(now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        HotIssue.objects.update(**values)
