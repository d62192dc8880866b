"""Proposing, abstaining, keeping what staff made of it; and that nothing else ever waits for it."""

import logging
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from liaison.base.audit.models import Event
from liaison.base.errors import NotAllowed, StaleState
from opinions.catalog.models import Category
from opinions.desk.services import classify
from opinions.matters.models import Matter
from opinions.matters.states import Status
from opinions.suggestion import predictor, services
from opinions.suggestion.learning import train_district
from opinions.suggestion.models import LabelMeaning, ModelStatus, Outcome, Suggestion, SuggestionModel
from opinions.suggestion.queries import in_use, labelled_rows, offered, versions
from opinions.suggestion.services import SUGGEST
from opinions.suggestion.tasks import retrain, suggest
from tests.factories.matters import NOW, HandlingWorld, assigned, bring_to, later, open_matter, taken
from tests.factories.suggestion import messages, model_in_use

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(world: HandlingWorld, trained: Path) -> SuggestionModel:
    return model_in_use(world.congress, trained, by=world.district_staff, now=NOW)


def category(code: str) -> Category:
    return Category.objects.get(code=code)


def raised(world: HandlingWorld, label: str = "traffic.bus", **fields: Any) -> Matter:
    """A matter that says what a message of the label says; by itself it has no category."""
    row = next(one for one in messages(40, seed=7) if one.label == label)
    matter = open_matter(world, **{"title": row.title, "category": None, **fields})
    matter.opinion.content = row.text
    matter.opinion.save()
    return matter


def suggested(world: HandlingWorld, **fields: Any) -> Suggestion:
    matter = raised(world, **fields)
    services.suggest_waiting(now=NOW)
    return Suggestion.objects.select_related("category").get(matter=matter)


def test_suggestion_names_category_and_confidence(world: HandlingWorld, used: SuggestionModel) -> None:
    found = suggested(world)
    assert (found.category, found.outcome, found.model) == (category("traffic.bus"), Outcome.OFFERED, used)
    assert used.threshold <= found.confidence <= 1


def test_looking_twice_makes_one_suggestion(world: HandlingWorld, used: SuggestionModel) -> None:
    raised(world)
    assert [services.suggest_waiting(now=NOW) for _time in range(2)] == [1, 0]


def test_below_the_threshold_it_abstains(world: HandlingWorld, used: SuggestionModel) -> None:
    services.set_threshold(model=used, threshold=1.0, by=world.district_staff, now=NOW)
    found = suggested(world)
    assert found.outcome == Outcome.ABSTAINED
    assert offered(Matter.objects.select_related("suggestion__category").get(pk=found.matter_id)) is None


def test_label_without_a_category_abstains(world: HandlingWorld, used: SuggestionModel) -> None:
    assert suggested(world, label="health.clinic").outcome == Outcome.ABSTAINED


def test_label_that_staff_gave_a_category_is_proposed(world: HandlingWorld, used: SuggestionModel) -> None:
    care = category("health.care")
    services.set_meaning(model=used, label="health.clinic", category=care, by=world.district_staff, now=NOW)
    assert suggested(world, label="health.clinic").category == care


def test_category_that_the_resident_chose_is_agreed(world: HandlingWorld, used: SuggestionModel) -> None:
    assert suggested(world, category=category("traffic.bus")).outcome == Outcome.AGREED


def test_narrower_category_that_the_resident_chose_is_agreed(world: HandlingWorld, used: SuggestionModel) -> None:
    by, traffic = world.district_staff, category("traffic")
    services.set_meaning(model=used, label="traffic.bus", category=traffic, by=by, now=NOW)
    assert suggested(world, category=category("traffic.bus")).outcome == Outcome.AGREED


def test_matter_that_is_being_handled_is_left_alone(world: HandlingWorld, used: SuggestionModel) -> None:
    assigned(world, raised(world))
    assert services.suggest_waiting(now=NOW) == 0


def test_other_district_has_no_suggestion(world: HandlingWorld) -> None:
    raised(world)
    assert services.suggest_waiting(now=NOW) == 0
    assert in_use(world.congress.pk) is None


def test_suggestion_that_nobody_answered_is_ignored_once_handled(world: HandlingWorld, used: SuggestionModel) -> None:
    found = suggested(world)
    assigned(world, Matter.objects.get(pk=found.matter_id))
    services.suggest_waiting(now=later())
    found.refresh_from_db()
    assert (found.outcome, found.by) == (Outcome.IGNORED, None)


def test_accepting_sets_the_category_and_routes_once(world: HandlingWorld, used: SuggestionModel) -> None:
    found = suggested(world)
    matter = Matter.objects.get(pk=found.matter_id)
    classify(matter=matter, category=category("traffic.bus"), by=world.staff, reason="", now=later())
    found.refresh_from_db()
    assert (found.outcome, found.by, found.decided_at) == (Outcome.ACCEPTED, world.staff, later())
    assert Event.objects.filter(chain=matter.chain, verb="reroute").count() == 1


def test_choosing_another_category_is_an_override(world: HandlingWorld, used: SuggestionModel) -> None:
    found = suggested(world)
    matter = Matter.objects.get(pk=found.matter_id)
    classify(matter=matter, category=category("traffic.road"), by=world.staff, reason="", now=later())
    found.refresh_from_db()
    assert found.outcome == Outcome.OVERRIDDEN
    assert [row.label for row in labelled_rows(world.congress)] == ["traffic.road"]


def test_keeping_the_residents_category_is_an_override_too(world: HandlingWorld, used: SuggestionModel) -> None:
    found = suggested(world, category=category("urban.lighting"))
    matter = Matter.objects.get(pk=found.matter_id)
    classify(matter=matter, category=category("urban.lighting"), by=world.staff, reason="", now=later())
    found.refresh_from_db()
    assert found.outcome == Outcome.OVERRIDDEN
    assert not Event.objects.filter(chain=matter.chain, verb="reroute").exists()


def test_refused_classification_leaves_the_suggestion_open(world: HandlingWorld, used: SuggestionModel) -> None:
    found = suggested(world)
    stale = Matter.objects.get(pk=found.matter_id)
    taken(world, Matter.objects.get(pk=stale.pk))
    with pytest.raises(StaleState):
        classify(matter=stale, category=category("traffic.road"), by=world.staff, reason="", now=later())
    found.refresh_from_db()
    assert found.outcome == Outcome.OFFERED


def test_own_matters_teach_without_the_residents_names(world: HandlingWorld) -> None:
    matter = bring_to(world, Status.CLOSED)
    matter.opinion.content = "我是张三，东门路灯坏了"
    matter.opinion.save()
    (row,) = labelled_rows(world.congress)
    assert (row.label, "张三" in row.text, "路灯" in row.text) == ("urban.lighting", False, True)


def test_open_matters_teach_nothing(world: HandlingWorld) -> None:
    open_matter(world)
    assert list(labelled_rows(world.congress)) == []


@pytest.fixture(params=["no folder", "changed file", "no numpy"])
def unusable(request: Any, used: SuggestionModel, monkeypatch: pytest.MonkeyPatch) -> SuggestionModel:
    """A model in use that cannot be opened."""
    folder = predictor.folder_of(used)
    if request.param == "no folder":
        shutil.rmtree(folder)
    elif request.param == "changed file":
        (folder / "terms.json").write_text("[]", encoding="utf-8")
    else:
        monkeypatch.setattr(predictor, "CLASSIFIER", "opinions.suggestion.no_such_module.Classifier")
    predictor.forget_all()
    return used


def test_unusable_model_means_no_suggestion_and_one_line(
    world: HandlingWorld, unusable: SuggestionModel, caplog: pytest.LogCaptureFixture
) -> None:
    raised(world)
    with caplog.at_level(logging.WARNING):
        assert [suggest() for _time in range(3)] == [0, 0, 0]
    assert len([line for line in caplog.records if "no suggestions" in line.message]) == 1


def test_unusable_model_cannot_be_activated(world: HandlingWorld, unusable: SuggestionModel) -> None:
    with pytest.raises(services.ModelUnusable):
        services.activate(model=unusable, by=world.district_staff, now=NOW)


def test_model_that_is_mended_proposes_again(world: HandlingWorld, used: SuggestionModel, tmp_path: Any) -> None:
    raised(world)
    away = shutil.move(predictor.folder_of(used), tmp_path / "away")
    predictor.forget_all()
    assert suggest() == 0
    shutil.move(away, predictor.folder_of(used))
    assert suggest() == 1


def test_activating_retires_the_one_before_and_can_be_undone(world: HandlingWorld, used: SuggestionModel) -> None:
    rows = messages(100, seed=5)
    newer = train_district(district=world.congress, by=None, now=NOW, rows=rows, source="x")
    assert newer.status == ModelStatus.CANDIDATE
    by = world.district_staff
    services.activate(model=newer, by=by, now=NOW)
    assert dict(versions(world.congress).values_list("version", "status")) == {2: "active", 1: "retired"}
    services.activate(model=used, by=by, now=NOW)
    assert dict(versions(world.congress).values_list("version", "status")) == {2: "retired", 1: "active"}


def test_database_refuses_two_models_in_use(world: HandlingWorld, used: SuggestionModel) -> None:
    newer = train_district(district=world.congress, by=None, now=NOW, rows=messages(100, seed=5), source="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        SuggestionModel.objects.filter(pk=newer.pk).update(status=ModelStatus.ACTIVE)


@pytest.mark.parametrize("name", ["staff", "secretary", "leader", "handler", "admin"])
def test_only_district_staff_chooses_the_model(world: HandlingWorld, used: SuggestionModel, name: str) -> None:
    for act in (services.activate, services.stop):
        with pytest.raises(NotAllowed):
            act(model=used, by=world.users[name], now=NOW)


def test_stopped_model_proposes_nothing(world: HandlingWorld, used: SuggestionModel) -> None:
    services.stop(model=used, by=world.district_staff, now=NOW)
    raised(world)
    assert services.suggest_waiting(now=NOW) == 0
    with pytest.raises(StaleState):
        services.stop(model=used, by=world.district_staff, now=NOW)


def test_what_is_decided_about_models_stands_in_the_ledger(world: HandlingWorld, used: SuggestionModel) -> None:
    chain = services.chain_of(world.congress)
    verbs = list(Event.objects.filter(chain=chain).order_by("seq").values_list("verb", flat=True))
    assert verbs == ["suggestion.trained", "suggestion.threshold", "suggestion.activated"]


@pytest.mark.parametrize("threshold", [-0.1, 1.1])
def test_impossible_threshold_is_refused(world: HandlingWorld, used: SuggestionModel, threshold: float) -> None:
    with pytest.raises(services.NoThreshold):
        services.set_threshold(model=used, threshold=threshold, by=world.district_staff, now=NOW)


def test_unknown_label_is_refused(world: HandlingWorld, used: SuggestionModel) -> None:
    with pytest.raises(services.UnknownLabel):
        services.set_meaning(model=used, label="没有", category=None, by=world.district_staff, now=NOW)


def test_meaning_that_staff_set_survives_training(world: HandlingWorld, used: SuggestionModel) -> None:
    care = category("health.care")
    services.set_meaning(model=used, label="health.clinic", category=care, by=world.district_staff, now=NOW)
    train_district(district=world.congress, by=None, now=NOW, rows=messages(100, seed=5), source="x")
    assert LabelMeaning.objects.get(label="health.clinic").category == care


def test_submission_without_a_model_asks_for_nothing(
    world: HandlingWorld, nudges: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.suggest_soon(district_id=world.congress.pk)
    assert SUGGEST.task not in nudges


def test_submission_with_a_model_nudges_once_after_the_commit(
    world: HandlingWorld, used: SuggestionModel, nudges: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        services.suggest_soon(district_id=world.congress.pk)
        services.suggest_soon(district_id=world.congress.pk)
        assert nudges == []
    assert nudges == [SUGGEST.task]


def test_dead_broker_is_noted_and_left_alone(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    tried: list[str] = []

    def refuse(task: str, **_options: Any) -> None:
        tried.append(task)
        raise ConnectionError("no broker")

    monkeypatch.setattr("celery.current_app.send_task", refuse)
    SUGGEST()
    SUGGEST()
    assert len(tried) == len(caplog.records) == 1


def test_thirty_matters_ask_as_little_as_one(world: HandlingWorld, used: SuggestionModel) -> None:
    def asked(count: int) -> int:
        for _n in range(count):
            raised(world)
        with CaptureQueriesContext(connection) as queries:
            assert services.suggest_waiting(now=NOW) == count
        return len(queries)

    asked(1)
    assert asked(1) == asked(30)


def test_monthly_training_makes_a_candidate_and_activates_nothing(
    world: HandlingWorld, used: SuggestionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opinions.suggestion.learning.labelled_rows", lambda _district: messages(90, seed=3))
    assert retrain() == 1
    assert dict(versions(world.congress).values_list("version", "status")) == {2: "candidate", 1: "active"}


def test_monthly_training_without_enough_matters_says_so_and_goes_on(
    world: HandlingWorld, used: SuggestionModel, caplog: pytest.LogCaptureFixture
) -> None:
    assert retrain() == 0
    assert "no new candidate" in caplog.text
