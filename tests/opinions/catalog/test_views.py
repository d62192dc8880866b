"""The page of the limits: what is kept, who keeps it, and what a trial says."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.base.workdays.arithmetic import local_today
from opinions.catalog.models import ClockKind, TimeLimitPolicy
from opinions.catalog.versions import Scope, in_scope
from tests.factories.accounts import sign_in
from tests.factories.catalog import PolicyFactory
from tests.factories.matters import HandlingWorld

pytestmark = pytest.mark.django_db
PLACE = "/desk/supervision/limits/"


@pytest.fixture
def client(world: HandlingWorld) -> Client:
    return sign_in(Client(), world.district_staff)


def ruling(**changes: object) -> dict[str, object]:
    day = local_today(timezone.now()) + timedelta(days=9)
    return {
        "amount": 5, "unit": "working_days", "warn_before": 1, "valid_from": day.isoformat(), "basis": "示例文件",
        **changes,
    }  # fmt: skip


def general() -> TimeLimitPolicy:
    return in_scope(Scope(ClockKind.REPLY)).latest("id")


def test_new_version_is_listed_and_can_be_withdrawn(client: Client) -> None:
    assert client.post(f"{PLACE}{general().pk}/version/", ruling()).status_code == 302
    page = client.get(PLACE).content.decode()
    assert "未施行" in page
    assert "示例文件" in page
    assert client.post(f"{PLACE}{general().pk}/withdraw/").status_code == 302
    assert "未施行" not in client.get(PLACE).content.decode()


@pytest.mark.parametrize(
    ("field", "wrong", "told"),
    [
        ("valid_from", "2020-01-01", "最早从明天起"),
        ("amount", 0, "1"),
        ("amount", 99999, "1500"),
        ("basis", "", "必填"),
        ("unit", "years", ""),
    ],
)
def test_bad_version_is_told_at_its_field(client: Client, field: str, wrong: object, told: str) -> None:
    answer = client.post(f"{PLACE}{general().pk}/version/", ruling(**{field: wrong}))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert list(answer.context["form"].errors) == [field]


def test_special_limit_is_made_for_the_own_district_and_ended(client: Client, world: HandlingWorld) -> None:
    assert client.post(f"{PLACE}special/", ruling(clock="reply")).status_code == 422, "nothing special about it"
    assert client.post(f"{PLACE}special/", ruling(clock="reply", tier=3, urgency="urgent")).status_code == 302
    row = in_scope(Scope(ClockKind.REPLY, world.congress.pk, 3, None, "urgent")).get()
    assert client.post(f"{PLACE}{row.pk}/end/", {"valid_to": "2020-01-01"}).status_code == 422
    end = row.valid_from + timedelta(days=3)
    assert client.post(f"{PLACE}{row.pk}/end/", {"valid_to": end.isoformat()}).status_code == 302
    row.refresh_from_db()
    assert row.valid_to == end


def test_trial_says_which_limit_would_rule(client: Client) -> None:
    page = client.get(f"{PLACE}?try=1&urgency=complex").content.decode()
    assert "15 个工作日" in page
    assert "以承诺的日期为准" in page
    assert client.get(f"{PLACE}?try=1&urgency=x&on=x").status_code == 200


@pytest.mark.parametrize("name", ["staff", "secretary", "handler", "leader", "deputy_user"])
def test_outsiders_keep_no_limits(world: HandlingWorld, name: str) -> None:
    client = sign_in(Client(), getattr(world, name))
    assert client.get(PLACE).status_code == 403
    assert client.post(f"{PLACE}{general().pk}/version/", ruling()).status_code == 403


def test_another_districts_limit_is_not_found(client: Client, world: HandlingWorld) -> None:
    row = PolicyFactory.create(district=world.department)
    assert client.post(f"{PLACE}{row.pk}/version/", ruling()).status_code == 404


def test_reference_site_shows_limits_and_edits_none(client: Client) -> None:
    row = general()
    page = f"/admin/opinions/timelimitpolicy/{row.pk}/change/"
    assert client.get(page).status_code == 200
    assert client.post(page, ruling(clock="reply", amount=1)).status_code == 403
    assert client.get("/admin/opinions/timelimitpolicy/add/").status_code == 403
    row.refresh_from_db()
    assert row.amount == 7


def test_statements_do_not_grow_with_the_limits(client: Client) -> None:
    client.get(PLACE)
    counts = []
    for rows in (1, 30):
        for number in range(rows):
            PolicyFactory.create(tier=1 + number % 5, valid_from=local_today(timezone.now()) - timedelta(days=number))
        with CaptureQueriesContext(connection) as queries:
            client.get(PLACE)
        counts.append(len(queries))
    assert counts[0] == counts[1]
