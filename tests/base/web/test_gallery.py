"""The gallery shows every component and is for the system administrator only, or for development."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import Role
from liaison.base.web.templatetags import ui
from tests.architecture.source import ROOT
from tests.factories.accounts import UserFactory, sign_in

COMPONENTS = sorted(path.stem for path in (ROOT / "templates" / "components").glob("_*.html"))
OF_OTHER_PAGES = {"_elder_bar", "_messages", "_toasts"}
"""Shown only in elder mode, to residents, after a redirect."""


@pytest.fixture
def page(client: Client, db: None) -> str:
    sign_in(client, UserFactory.create(role=Role.SYSTEM_ADMIN))
    return client.get(reverse("gallery")).content.decode()


@pytest.mark.django_db
def test_visitors_are_asked_to_sign_in(client: Client) -> None:
    assert reverse("accounts:login") in client.get(reverse("gallery")).headers["Location"]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SYSTEM_ADMIN])
@pytest.mark.django_db
def test_everybody_but_the_system_administrator_is_refused(client: Client, role: Role) -> None:
    sign_in(client, UserFactory.create(role=role))
    assert client.get(reverse("gallery")).status_code == 403


@pytest.mark.django_db
def test_every_component_is_drawn(client: Client) -> None:
    sign_in(client, UserFactory.create(role=Role.SYSTEM_ADMIN))
    for keeps in (ui._kept, ui._places, ui._off):
        keeps.cache_clear()
    drawn = {template.name for template in client.get(reverse("gallery")).templates}
    names = [name for name in COMPONENTS if name not in OF_OTHER_PAGES]
    assert [name for name in names if f"components/{name}.html" not in drawn] == []


def test_ids_are_unique(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))


def test_no_address_of_another_host(page: str) -> None:
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//[^"]*', page) == []
