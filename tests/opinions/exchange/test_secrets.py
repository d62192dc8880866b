"""Changing the secret with both holding for a while; and wrong signatures, which hold up only whoever sends them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput, NotAllowed
from opinions.exchange.models import Partner
from opinions.exchange.services import doors
from opinions.exchange.services.keeping import drop_former_secrets
from opinions.exchange.services.partners import end_former_secret, set_secret
from tests.factories.accounts import sign_in
from tests.factories.exchange import SECRET, send
from tests.factories.matters import NOW, HandlingWorld

ORDER = {"number": "RX-9", "content": "北渡桥头路面有坑。"}
NEW = "new-only-for-tests-0123456789abcdefgh"
DAY = timedelta(days=1)


def statuses(partner: Partner, *secrets: str) -> list[int]:
    return [send(partner, "orders", ORDER, secret=secret).status_code for secret in secrets]


def change(partner: Partner, *, overlap: timedelta, ago: timedelta = timedelta(0), secret: str = NEW) -> Partner:
    set_secret(partner=partner, by=None, now=timezone.now() - ago, secret=secret, overlap=overlap)
    return Partner.objects.get(pk=partner.pk)


def test_both_secrets_open_until_the_end(hotline: Partner) -> None:
    change(hotline, overlap=DAY)
    assert statuses(hotline, NEW, SECRET) == [200, 200]


@pytest.mark.parametrize(("overlap", "ago"), [(timedelta(0), timedelta(0)), (DAY, DAY)])
def test_new_secret_alone_opens_without_an_overlap_or_after_it(
    hotline: Partner, overlap: timedelta, ago: timedelta
) -> None:
    change(hotline, overlap=overlap, ago=ago)
    assert statuses(hotline, NEW, SECRET) == [200, 401]


def test_second_change_ends_the_first_secret(hotline: Partner) -> None:
    change(change(hotline, overlap=DAY), overlap=DAY, secret="third-" + NEW)
    assert statuses(hotline, SECRET, NEW, "third-" + NEW) == [401, 200, 200]


def test_same_secret_is_no_change(hotline: Partner) -> None:
    with pytest.raises(InvalidInput, match="一样"):
        set_secret(partner=hotline, by=None, now=NOW, secret=SECRET, overlap=DAY)


def test_secret_whose_time_is_over_is_deleted(hotline: Partner) -> None:
    until = change(hotline, overlap=DAY).former_until
    assert until is not None
    assert drop_former_secrets(now=until - timedelta(seconds=1)) == 0
    assert [drop_former_secrets(now=until) for _time in range(2)] == [1, 0]
    assert Partner.objects.get().former_secret == ""


def test_former_secret_without_an_end_is_refused_by_the_database(hotline: Partner) -> None:
    with pytest.raises(IntegrityError):
        Partner.objects.update(former_secret=SECRET)


def test_overlap_is_chosen_shown_and_ended_at_the_desk(world: HandlingWorld, hotline: Partner) -> None:
    client, page = sign_in(Client(), world.district_staff), reverse("exchange:partner", args=["hotline"])
    client.post(reverse("exchange:secret", args=["hotline"]), {"secret": NEW, "overlap": "168"})
    until = Partner.objects.get().former_until
    assert until is not None
    assert abs(until - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)
    shown = client.get(page).content.decode()
    assert f"还能用到 {timezone.localtime(until):%Y-%m-%d %H:%M}" in shown
    assert not any(secret in shown for secret in (SECRET, NEW))
    ended = client.post(reverse("exchange:end_secret", args=["hotline"]), follow=True).content.decode()
    assert "旧密钥已停用" in ended
    assert "还能用到" not in ended
    assert statuses(hotline, NEW, SECRET) == [200, 401]
    assert list(Event.objects.filter(chain=hotline.chain).values_list("verb", flat=True)) == [
        "set_secret",
        "end_secret",
    ]


@pytest.mark.parametrize("overlap", ["25", "x", "-1", "9" * 30])
def test_strange_overlap_is_told_at_the_field(world: HandlingWorld, hotline: Partner, overlap: str) -> None:
    url = reverse("exchange:secret", args=["hotline"])
    answer = sign_in(Client(), world.district_staff).post(url, {"secret": NEW, "overlap": overlap})
    assert answer.status_code == 422
    assert Partner.objects.get().secret == SECRET


def test_former_secret_is_ended_by_its_keeper_only(world: HandlingWorld, hotline: Partner) -> None:
    change(hotline, overlap=DAY)
    url = reverse("exchange:end_secret", args=["hotline"])
    assert sign_in(Client(), world.staff).post(url).status_code == 403
    assert sign_in(Client(), world.district_staff).get(url).status_code == 405
    with pytest.raises(NotAllowed):
        end_former_secret(partner=hotline, by=world.staff, now=NOW)
    assert Partner.objects.get().former_until is not None


def wrong(partner: Partner, count: int, *, address: str = "10.0.0.9", code: str = "") -> list[Any]:
    """So many wrong signatures from one address; the last answers."""
    return [
        send(partner, "orders", ORDER, secret="x" * 40, code=code, address=address) for _n in range(count)
    ]  # fmt: skip


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two wrong signatures are one too few to be throttled, and the span does not end within the test."""
    monkeypatch.setattr(doors, "MOST_WRONG", 2)
    monkeypatch.setattr(doors, "SPAN", 10**8)


@pytest.mark.usefixtures("few")
def test_wrong_signatures_are_throttled_with_the_time_to_wait(hotline: Partner) -> None:
    answers = wrong(hotline, 4)
    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= doors.SPAN
    assert "错误的签名太多" in answers[-1].json()["detail"]


@pytest.mark.usefixtures("few")
def test_right_signature_is_let_in_however_many_wrong_ones_came(hotline: Partner) -> None:
    wrong(hotline, 5)
    for address in ("10.0.0.9", "10.0.0.10"):
        assert send(hotline, "orders", ORDER, address=address).status_code == 200


@pytest.mark.usefixtures("few")
def test_throttle_knows_addresses_and_partners_apart(hotline: Partner, grid: Partner) -> None:
    wrong(hotline, 3)
    assert wrong(hotline, 1, address="10.0.0.10")[0].status_code == 401
    assert wrong(grid, 1)[0].status_code == 401
    assert wrong(hotline, 1)[0].status_code == 429


@pytest.mark.usefixtures("few")
def test_throttle_does_not_tell_which_codes_there_are(hotline: Partner) -> None:
    there, nobody = wrong(hotline, 4), wrong(hotline, 4, code="nobody")
    assert [(one.status_code, one.json()) for one in there] == [(one.status_code, one.json()) for one in nobody]
    assert wrong(hotline, 1, code="n" * 300)[0].status_code == 401


def test_throttle_ends_with_its_span(hotline: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "MOST_WRONG", 1)
    kinds = [type(doors._wrong("hotline", "a", NOW + timedelta(seconds=step))) for step in (0, 0, doors.SPAN)]
    assert kinds == [doors.BadSignature, doors.TooManyWrong, doors.BadSignature]


def test_cache_that_is_down_refuses_nobody_more(hotline: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(type(cache._connections["default"]), "add", down)  # type: ignore[attr-defined]
    assert {answer.status_code for answer in wrong(hotline, 12)} == {401}
