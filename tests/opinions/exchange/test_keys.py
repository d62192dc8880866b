"""Keys of the open interface: shown once, kept as a fingerprint, replaced, ended, and nobody else's to give out."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse

from liaison.base.audit.models import Event
from liaison.base.errors import NotAllowed
from opinions.exchange.models import ApiKey, Partner
from opinions.exchange.services.keys import BadKey, NoKeys, TooManyCalls, key_called, revoke_key, rotate_key
from opinions.exchange.services.partners import NoSecret, switch
from tests.factories.accounts import sign_in
from tests.factories.exchange import grid as make_grid
from tests.factories.matters import NOW, HandlingWorld, later
from tests.factories.open311 import app, key_for

SETTINGS = {"name": "云溪随手拍", "code": "app", "kind": "app", "ways": "both", "adapter": "key", "timeout": "10"}
TERMS = {"submits": "on", "per_minute": "30", "terms": "on"}


def body(answer: Any) -> str:
    return str(answer.content.decode())


def shown(answer: Any) -> str:
    """The key on the page that shows it."""
    return body(answer).split('id="secret">')[1].split("<")[0]


def test_partner_gets_keys_from_the_district_and_is_switched_on(world: HandlingWorld) -> None:
    desk = sign_in(Client(), world.district_staff)
    desk.post(reverse("exchange:new"), {**SETTINGS, "organisation": world.committee.pk})
    partner = Partner.objects.get(code="app")
    page, new = reverse("exchange:partner", args=["app"]), reverse("exchange:new_key", args=["app"])
    assert (partner.ways, partner.active) == ("in", False)
    assert "请先生成" in body(desk.post(reverse("exchange:switch", args=["app"]), {"active": "1"}, follow=True))
    assert new in body(desk.get(page))
    assert "没有承诺" in body(desk.post(new, {**TERMS, "terms": ""}))
    assert "至少选一项" in body(desk.post(new, {**TERMS, "submits": ""}))
    key = shown(desk.post(new, TERMS))
    held = ApiKey.objects.get()
    assert key not in body(desk.get(page))
    assert f"…{key[-4:]}" in body(desk.get(page))
    assert (len(key), key in str(vars(held)), held.terms_version) == (43, False, "2026-11")
    assert desk.post(reverse("exchange:switch", args=["app"]), {"active": "1"}).status_code == 302
    assert key_called(key, now=later()).partner == partner


def test_replaced_key_holds_for_its_time_and_a_revoked_one_no_more(world: HandlingWorld) -> None:
    partner, desk = app(world), sign_in(Client(), world.district_staff)
    first = key_for(partner)
    row = ApiKey.objects.get()
    second = shown(desk.post(reverse("exchange:rotate_key", args=["app", row.pk]), {"overlap": "24"}))
    assert "还能用到" in body(desk.get(reverse("exchange:partner", args=["app"])))
    assert {key_called(one, now=later(0.9)).partner for one in (first, second)} == {partner}
    with pytest.raises(BadKey):
        key_called(first, now=later(1.1))
    fresh = key_called(second, now=later(1.1))
    assert (fresh.per_minute, fresh.submits, fresh.reads) == (row.per_minute, True, True)
    desk.post(reverse("exchange:revoke_key", args=["app", fresh.pk]))
    with pytest.raises(BadKey):
        key_called(second, now=later(0.5))
    verbs = Event.objects.filter(chain=partner.chain).order_by("seq").values_list("verb", flat=True)
    assert list(verbs) == ["make_key", "rotate_key", "revoke_key"]
    assert first not in str(list(Event.objects.values_list("data", flat=True)))


def test_page_sent_again_makes_no_further_key(world: HandlingWorld) -> None:
    partner, desk = app(world), sign_in(Client(), world.district_staff)
    new = reverse("exchange:new_key", args=["app"])
    assert 'name="seen" value="0"' in body(desk.get(new))
    shown(desk.post(new, {**TERMS, "seen": "0"}))
    again = desk.post(new, {**TERMS, "seen": "0"})
    assert (again.status_code, "已经发放了一个密钥" in body(again)) == (422, True)
    row = ApiKey.objects.get(partner=partner)
    rotate = reverse("exchange:rotate_key", args=["app", row.pk])
    assert '<button class="btn btn-primary">更换密钥</button>' in body(desk.get(rotate))
    for status in (200, 422):
        assert desk.post(rotate, {"overlap": "24", "seen": row.pk}).status_code == status
    assert ApiKey.objects.count() == 2


def test_key_ends_after_a_page_that_says_so(world: HandlingWorld) -> None:
    key_for(app(world))
    row, desk = ApiKey.objects.get(), sign_in(Client(), world.district_staff)
    page = body(desk.get(reverse("exchange:revoke_key", args=["app", row.pk])))
    assert "不能恢复" in page
    row.refresh_from_db()
    assert row.ends_at is None


def test_key_is_counted_by_the_minute(world: HandlingWorld) -> None:
    key = key_for(app(world), per_minute=2)
    for _call in range(2):
        key_called(key, now=NOW)
    with pytest.raises(TooManyCalls) as error:
        key_called(key, now=NOW + timedelta(seconds=20))
    assert error.value.retry_after == 40
    assert key_called(key, now=NOW + timedelta(seconds=60))


def test_nobody_else_gives_out_or_ends_keys(world: HandlingWorld) -> None:
    partner = app(world, organisation=world.congress)
    key_for(partner)
    row = ApiKey.objects.get()
    addresses = [reverse("exchange:new_key", args=["app"])] + [
        reverse(f"exchange:{name}", args=["app", row.pk]) for name in ("rotate_key", "revoke_key")
    ]
    for user in (world.staff, world.leader, world.admin, world.deputy_user):
        assert {sign_in(Client(), user).post(one).status_code for one in addresses} == {403}
    for act in (rotate_key, revoke_key):
        more: dict[str, Any] = {"overlap": timedelta(0)} if act is rotate_key else {}
        with pytest.raises(NotAllowed):
            act(key=row, by=world.staff, now=NOW, **more)


def test_ended_key_and_partner_without_keys(world: HandlingWorld) -> None:
    partner = app(world, active=False)
    key = key_for(partner)
    row = ApiKey.objects.get()
    with pytest.raises(BadKey):
        key_called(key, now=NOW)
    revoke_key(key=row, by=world.district_staff, now=NOW)
    with pytest.raises(BadKey):
        revoke_key(key=row, by=world.district_staff, now=NOW)
    with pytest.raises(NoSecret):
        switch(partner=partner, active=True, by=world.district_staff, now=NOW)
    with pytest.raises(NoKeys):
        key_for(make_grid(world))


def test_rows_that_make_no_sense_are_refused_by_the_database(world: HandlingWorld) -> None:
    partner = app(world)
    for fields in ({"per_minute": 0}, {"per_minute": 6001}, {"submits": False, "reads": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            key_for(partner, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        app(world, code="both", ways="both")
