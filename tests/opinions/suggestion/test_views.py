"""The page of models, and the suggestion on a matter's page and on the screen for classifying."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deputies.accounts.models import Role, User
from deputies.organisations.models import OrganisationKind
from liaison.base.jobs.models import Job, JobStatus
from liaison.base.jobs.tasks import run
from opinions.catalog.models import Category
from opinions.matters.models import Matter
from opinions.suggestion import jobs, services
from opinions.suggestion.drawing import picture
from opinions.suggestion.learning import train_district
from opinions.suggestion.models import LabelMeaning, ModelStatus, Outcome, Suggestion, SuggestionModel
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.matters import NOW, HandlingWorld, assigned, open_matter
from tests.factories.organisations import OrganisationFactory
from tests.factories.suggestion import messages, model_in_use

pytestmark = pytest.mark.django_db
POSTS = ("activate", "stop", "threshold", "meaning")


@pytest.fixture
def used(world: HandlingWorld, trained: Path) -> SuggestionModel:
    return model_in_use(world.congress, trained, by=world.district_staff, now=NOW)


@pytest.fixture
def offered(world: HandlingWorld, used: SuggestionModel) -> Suggestion:
    """A matter on lighting that the program takes for one on buses."""
    matter = open_matter(world)
    return Suggestion.objects.create(
        matter=matter, model=used, label="traffic.bus", category=Category.objects.get(code="traffic.bus"),
        confidence=0.938, outcome=Outcome.OFFERED, at=NOW,
    )  # fmt: skip


def as_user(user: User) -> Client:
    return sign_in(Client(), user)


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_model_the_page_says_what_is_needed(world: HandlingWorld) -> None:
    page = shown(as_user(world.district_staff), reverse("suggestion:overview"))
    assert "还没有建议模型" in page
    assert "现有 0 件" in page


def test_page_shows_model_curve_and_labels(world: HandlingWorld, used: SuggestionModel) -> None:
    page = shown(as_user(world.district_staff), reverse("suggestion:overview"))
    for words in ("版本 1", "使用中", "<polyline", "invented", "health.clinic", "有 1 个标签还没有对应的类别"):
        assert words in page
    assert "style=" not in page
    assert "urban.lighting" not in page.replace('value="urban.lighting"', "")


@pytest.mark.parametrize("name", ["deputy_user", "helper", "staff", "handler", "leader", "admin"])
def test_page_is_for_district_staff_only(world: HandlingWorld, used: SuggestionModel, name: str) -> None:
    client = as_user(world.users[name])
    assert client.get(reverse("suggestion:overview")).status_code == 403
    assert client.post(reverse("suggestion:train")).status_code == 403
    for act in POSTS:
        assert client.post(reverse(f"suggestion:{act}", args=[used.version])).status_code == 403


def test_other_district_sees_and_changes_nothing(world: HandlingWorld, used: SuggestionModel) -> None:
    body = OrganisationFactory.create(kind=OrganisationKind.CONGRESS)
    client = as_user(UserFactory.create(role=Role.DISTRICT_STAFF, organisation=body))
    assert "还没有建议模型" in shown(client, reverse("suggestion:overview"))
    assert client.get(reverse("suggestion:version", args=[used.version])).status_code == 404
    for act in POSTS:
        assert client.post(reverse(f"suggestion:{act}", args=[used.version])).status_code == 404
    used.refresh_from_db()
    assert used.status == ModelStatus.ACTIVE


def test_threshold_is_set_in_percent(world: HandlingWorld, used: SuggestionModel) -> None:
    client = as_user(world.district_staff)
    client.post(reverse("suggestion:threshold", args=[1]), {"threshold": "85"})
    used.refresh_from_db()
    assert used.threshold == 0.85


@pytest.mark.parametrize("typed", ["", "viel", "101", "-1", "1e9"])
def test_bad_threshold_is_told_at_the_field_and_kept(world: HandlingWorld, used: SuggestionModel, typed: str) -> None:
    answer = as_user(world.district_staff).post(reverse("suggestion:threshold", args=[1]), {"threshold": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "0 到 100" in page
    assert f'value="{typed}"' in page or not typed


def test_meaning_is_set_and_taken_back(world: HandlingWorld, used: SuggestionModel) -> None:
    client, url = as_user(world.district_staff), reverse("suggestion:meaning", args=[1])
    care = Category.objects.get(code="health.care")
    client.post(url, {"label": "health.clinic", "category": str(care.pk)})
    assert LabelMeaning.objects.get(label="health.clinic").category == care
    client.post(url, {"label": "health.clinic", "category": ""})
    assert LabelMeaning.objects.get(label="health.clinic").category is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "没有这个标签"),
        ({"label": "没有"}, "没有这个标签"),
        ({"label": "health.clinic", "category": "999999"}, "没有这个类别"),
    ],
)
def test_bad_meaning_is_told_as_a_refusal(
    world: HandlingWorld, used: SuggestionModel, fields: dict[str, str], told: str
) -> None:
    client = as_user(world.district_staff)
    answer = client.post(reverse("suggestion:meaning", args=[1]), fields, follow=True)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert told in page
    assert "toast-bad" in page


def test_versions_stand_newest_first(world: HandlingWorld, used: SuggestionModel) -> None:
    train_district(district=world.congress, by=None, now=NOW, rows=messages(80, seed=5), source="x")
    page = shown(as_user(world.district_staff), reverse("suggestion:overview"))
    newest, older = (reverse("suggestion:version", args=[number]) for number in (2, 1))
    assert page.index(f'"{newest}"') < page.index(f'<a href="{older}"')


def test_candidate_is_activated_and_stopped(world: HandlingWorld, used: SuggestionModel) -> None:
    newer = train_district(district=world.congress, by=None, now=NOW, rows=messages(80, seed=5), source="x")
    client = as_user(world.district_staff)
    client.post(reverse("suggestion:activate", args=[newer.version]))
    newer.refresh_from_db()
    assert newer.status == ModelStatus.ACTIVE
    assert "退回到这一版" in shown(client, reverse("suggestion:version", args=[1]))
    client.post(reverse("suggestion:stop", args=[newer.version]))
    assert not SuggestionModel.objects.filter(status=ModelStatus.ACTIVE).exists()


@pytest.mark.parametrize("path", ["overview", "version"])
def test_page_asks_as_little_for_thirty_versions_as_for_one(
    world: HandlingWorld, used: SuggestionModel, path: str
) -> None:
    client = as_user(world.district_staff)
    url = reverse(f"suggestion:{path}", args=[1] if path == "version" else [])

    def asked() -> int:
        shown(client, url)
        with CaptureQueriesContext(connection) as queries:
            shown(client, url)
        return len(queries)

    one = asked()
    for number in range(2, 31):
        SuggestionModel.objects.create(
            district=world.congress, version=number, folder="x", checksum=str(number), threshold=0.9, source="x",
            rows=1, created_at=NOW, created_by=world.district_staff,
        )  # fmt: skip
        LabelMeaning.objects.create(district=world.congress, label=f"标签{number}")
    SuggestionModel.objects.update(labels=[*used.labels, *(f"标签{number}" for number in range(2, 31))])
    assert asked() == one
    assert one <= 12


def test_training_runs_in_the_background(world: HandlingWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opinions.suggestion.learning.labelled_rows", lambda _district: messages(80))
    answer = as_user(world.district_staff).post(reverse("suggestion:train"))
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("jobs:job", args=[job.pk])
    run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE
    assert SuggestionModel.objects.get().created_by == world.district_staff


def test_training_without_matters_fails_with_a_sentence(world: HandlingWorld) -> None:
    as_user(world.district_staff).post(reverse("suggestion:train"))
    run(Job.objects.get().pk)
    assert Job.objects.get().error == "没有一行既有文字又有类别，无法训练。"


def test_training_without_its_packages_fails_with_a_sentence(
    world: HandlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(**_words: Any) -> None:
        raise ImportError

    monkeypatch.setattr(jobs, "train_district", missing)
    as_user(world.district_staff).post(reverse("suggestion:train"))
    run(Job.objects.get().pk)
    assert "系统管理员" in Job.objects.get().error


def test_matter_page_offers_the_suggestion(world: HandlingWorld, offered: Suggestion) -> None:
    page = shown(as_user(world.staff), reverse("desk:matter", args=[offered.matter.code]))
    assert "建议：公交线路，把握 93%" in page
    assert "采用建议" in page


def test_one_tap_accepts(world: HandlingWorld, offered: Suggestion) -> None:
    client, url = as_user(world.staff), reverse("desk:classify", args=[offered.matter.code])
    client.post(url, {"category": offered.category_id})
    offered.refresh_from_db()
    assert (offered.outcome, offered.by) == (Outcome.ACCEPTED, world.staff)
    assert Matter.objects.get(pk=offered.matter_id).category == offered.category
    assert "采用建议" not in shown(client, reverse("desk:matter", args=[offered.matter.code]))


def test_classify_screen_has_the_suggestion_chosen(world: HandlingWorld, offered: Suggestion) -> None:
    Matter.objects.filter(pk=offered.matter_id).update(category=None)
    page = shown(as_user(world.staff), reverse("desk:classify", args=[offered.matter.code]))
    assert "建议：公交线路，把握 93%" in page
    assert "已为您选好" in page
    assert f'<option value="{offered.category_id}" selected>' in page


def test_classify_screen_keeps_a_category_that_was_given(world: HandlingWorld, offered: Suggestion) -> None:
    """Who sets only the place right does not take over a suggestion unawares."""
    given = Category.objects.exclude(pk=offered.category_id or 0).first()
    assert given is not None
    Matter.objects.filter(pk=offered.matter_id).update(category=given)
    page = shown(as_user(world.staff), reverse("desk:classify", args=[offered.matter.code]))
    assert f'<option value="{given.pk}" selected>' in page
    assert "已为您选好" not in page


def test_suggestion_of_a_closed_category_is_not_shown(world: HandlingWorld, offered: Suggestion) -> None:
    Category.objects.filter(code="traffic.bus").update(active=False)
    assert "采用建议" not in shown(as_user(world.staff), reverse("desk:matter", args=[offered.matter.code]))


@pytest.mark.parametrize("name", ["deputy_user", "leader", "handler"])
def test_who_may_not_classify_sees_no_suggestion(world: HandlingWorld, offered: Suggestion, name: str) -> None:
    answer = as_user(world.users[name]).get(reverse("desk:matter", args=[offered.matter.code]))
    assert "采用建议" not in answer.content.decode()


def test_matter_in_handling_shows_no_suggestion(world: HandlingWorld, offered: Suggestion) -> None:
    assigned(world, offered.matter)
    assert "采用建议" not in shown(as_user(world.staff), reverse("desk:matter", args=[offered.matter.code]))


def test_suggestion_costs_the_matter_page_no_statement(world: HandlingWorld, offered: Suggestion) -> None:
    client = as_user(world.staff)
    plain = open_matter(world)

    def asked(matter: Matter) -> int:
        url = reverse("desk:matter", args=[matter.code])
        shown(client, url)
        with CaptureQueriesContext(connection) as queries:
            shown(client, url)
        return len(queries)

    assert asked(offered.matter) == asked(plain) <= 12


def test_curve_stays_inside_its_picture(used: SuggestionModel) -> None:
    drawn = picture(used.figures["curve"], used.threshold)
    assert all(drawn.left <= row.x <= drawn.right and drawn.top <= row.y <= drawn.bottom for row in drawn.rows)
    assert [row.threshold for row in drawn.rows if row.chosen] == [50]


def test_curve_of_no_figures_is_empty() -> None:
    assert picture((), 0.9).line == ""


def test_services_name_the_chain_by_district(world: HandlingWorld) -> None:
    assert services.chain_of(world.congress) == f"suggestion:{world.congress.pk}"
