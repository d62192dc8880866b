"""The audit administrator's pages."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from deputies.accounts.models import Role, User
from deputies.accounts.proof_job import prove_ledger
from liaison.base.audit.services import Fact, record
from liaison.base.jobs.models import Job
from tests.base.audit.test_ledger import unprotected
from tests.factories.accounts import UserFactory, sign_in

pytestmark = pytest.mark.django_db
LEDGER = "/desk/audit/"
VERIFY = "/desk/audit/verify/"
CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def admin(client: Client) -> User:
    user = UserFactory.create(role=Role.AUDIT_ADMIN)
    sign_in(client, user)
    return user


def _record(chain: str, verb: str, *, by: User | None = None, at: datetime | None = None, **more: Any) -> None:
    record(chain, Fact(verb=verb, **more), by=by, now=at or timezone.now(), actor="" if by else "一位群众")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.AUDIT_ADMIN])
def test_every_other_role_is_refused(client: Client, role: Role) -> None:
    sign_in(client, UserFactory.create(role=role))
    assert client.get(LEDGER).status_code == 403
    assert client.post(VERIFY).status_code == 403


def _rows(client: Client, **query: str) -> str:
    page = client.get(LEDGER, query).content.decode()
    return page.split("<tbody>", 1)[1] if "<tbody>" in page else ""


def test_ledger_filters_by_verb_actor_day_and_chain(client: Client, admin: User) -> None:
    user = UserFactory.create(username="li.yun", name="李云")
    _record("account:1", "account.created", by=user, at=datetime(2026, 11, 20, 0, 0, tzinfo=CHINA))
    _record("account:2", "account.edited", at=datetime(2026, 11, 20, 23, 59, tzinfo=CHINA))
    _record("account:3", "account.edited", by=user, at=datetime(2026, 11, 21, 0, 0, tzinfo=CHINA))
    shown = {
        "all": _rows(client),
        "verb": _rows(client, verb="account.edited"),
        "day": _rows(client, day="2026-11-20"),
        "name": _rows(client, actor="李"),
        "username": _rows(client, actor="li.yun"),
        "resident": _rows(client, actor="一位群众"),
        "chain": _rows(client, chain="account:2"),
    }
    found = {key: [n for n in "123" if f"account:{n}<" in text] for key, text in shown.items()}
    assert found == {
        "all": ["1", "2", "3"],
        "verb": ["2", "3"],
        "day": ["1", "2"],
        "name": ["1", "3"],
        "username": ["1", "3"],
        "resident": ["2"],
        "chain": ["2"],
    }


def test_ledger_speaks_in_words(client: Client, admin: User) -> None:
    _record("account:1", "account.created", data={"role": "handler", "organisation": None})
    _record("account:2", "account.edited", data={"changed": ["phone", "role"]})
    rows = _rows(client)
    assert "新建账号" in rows
    assert "角色：部门经办人；机构：—" in rows
    assert "改动：电话、角色" in rows


def test_ledger_shows_nothing_that_was_written_on_a_matter(client: Client, admin: User) -> None:
    _record("matter:1", "decline", reason="张三家的私事", data={"text": "张三"})
    rows = _rows(client)
    assert "matter:1" in rows
    assert "张三" not in rows
    assert "（不显示）" in rows


def test_ledger_escapes_what_was_written(client: Client, admin: User) -> None:
    _record("account:1", "account.deactivated", reason="<script>alert(1)</script>")
    assert "<script>alert" not in _rows(client)


@pytest.mark.parametrize(
    "query",
    [
        {"verb": "nothing"},
        {"day": "2026-13-45"},
        {"day": "0001-01-01"},
        {"day": "9999-12-31"},
        {"actor": "' OR 1=1 --"},
        {"chain": "𠮷"},
        {"page": "x"},
    ],
)
def test_ledger_with_odd_parameters_is_shown(client: Client, admin: User, query: dict[str, str]) -> None:
    _record("account:1", "account.created")
    assert client.get(LEDGER, query).status_code == 200


@pytest.mark.parametrize("count", [1, 30])
def test_ledger_asks_the_same_at_any_length(
    client: Client, admin: User, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        _record(f"account:{number}", "account.created", by=UserFactory.create())
    client.get(LEDGER)  # the first page of a minute also notes the activity
    with django_assert_max_num_queries(6):
        client.get(LEDGER)


def test_verify_of_an_untouched_ledger_says_so(client: Client, admin: User) -> None:
    _record("account:1", "account.created")
    page = client.post(VERIFY).content.decode()
    assert "没有发现改动或缺失" in page


def test_verify_names_the_broken_chain(client: Client, admin: User) -> None:
    from liaison.base.audit.models import Event

    _record("account:1", "account.created")
    _record("account:2", "account.created")
    with unprotected():
        Event.objects.filter(chain="account:2").update(reason="改过")
    page = client.post(VERIFY).content.decode()
    assert "account:2" in page
    assert "内容被改动过" in page
    assert "没有发现改动或缺失" in client.post(VERIFY, {"chain": "account:1"}).content.decode()


def test_verify_of_a_large_ledger_goes_to_the_worker(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deputies.accounts.views.audit.MOST_AT_ONCE", 1)
    _record("account:1", "account.created")
    _record("account:2", "account.created")
    response = client.post(VERIFY)
    job = Job.objects.get()
    assert response["Location"] == f"/desk/jobs/{job.pk}/"
    product = prove_ledger(job, lambda done, total: None)
    assert "链 2 条，记录 2 条，断开 0 条" in product.content.decode("utf-8-sig")


def test_verify_by_a_link_is_not_possible(client: Client, admin: User) -> None:
    assert client.get(VERIFY).status_code == 405


def test_ledger_is_in_order_of_time(client: Client, admin: User) -> None:
    now = timezone.now()
    _record("account:1", "account.created", at=now)
    _record("account:2", "account.created", at=now - timedelta(days=1))
    rows = _rows(client)
    assert rows.index("account:1<") < rows.index("account:2<")
