"""From where people signed in is kept as a keyed hash, once for each place, and not for ever."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from deputies.accounts.models import SignInPlace
from deputies.accounts.services import PLACES_KEPT, forget_sign_ins, note_sign_in
from tests.factories.accounts import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def test_signing_in_keeps_the_place_once_and_never_the_address(client: Client) -> None:
    user = UserFactory.create()
    for _again in range(2):
        client.post("/accounts/login/", {"username": user.username, "password": PASSWORD}, REMOTE_ADDR="203.0.113.7")
        client.logout()
    (place,) = SignInPlace.objects.all()
    assert place.user == user
    assert place.client_hash
    assert "203.0.113.7" not in place.client_hash


def test_unknown_address_is_not_kept() -> None:
    note_sign_in(user=UserFactory.create(), client_hash="", now=timezone.now())
    assert not SignInPlace.objects.exists()


def test_old_places_are_forgotten() -> None:
    user, now = UserFactory.create(), timezone.now()
    note_sign_in(user=user, client_hash="old", now=now - PLACES_KEPT - timedelta(days=1))
    note_sign_in(user=user, client_hash="kept", now=now - PLACES_KEPT + timedelta(days=1))
    assert [forget_sign_ins(now=now), forget_sign_ins(now=now)] == [1, 0]
    assert SignInPlace.objects.get().client_hash == "kept"
