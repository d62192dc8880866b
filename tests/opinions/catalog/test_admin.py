"""The reference-data site: for those who may edit it, and no back door around the ledger."""

import pytest
from django.test import Client

from deputies.accounts.models import Role
from liaison.base.audit.models import Event
from opinions.catalog.models import Category
from opinions.catalog.queries import top_categories
from tests.factories.accounts import UserFactory, sign_in
from tests.factories.catalog import CategoryFactory

pytestmark = pytest.mark.django_db
ADD = "/admin/opinions/category/add/"


@pytest.fixture
def client() -> Client:
    return sign_in(Client(), UserFactory(role=Role.DISTRICT_STAFF))


def fields(**changes: object) -> dict[str, object]:
    return {"code": "garden", "name": "园林", "examples": "", "order": 5, "active": "on", "parent": "", **changes}


def test_category_added_on_the_site_is_in_the_ledger(client: Client) -> None:
    assert client.post(ADD, fields()).status_code == 302
    row = Category.objects.get(code="garden")
    event = Event.objects.get(chain=f"reference:category:{row.pk}")
    assert event.verb == "reference.added"
    assert event.by is not None


def test_edit_on_the_site_is_seen_at_once(client: Client) -> None:
    row = CategoryFactory.create(code="p", name="旧名")
    assert [one.name for one in top_categories()] == ["旧名"]
    client.post(f"/admin/opinions/category/{row.pk}/change/", fields(code="p", name="新名"))
    assert [one.name for one in top_categories()] == ["新名"]


def test_category_that_is_used_cannot_be_deleted(client: Client) -> None:
    parent = CategoryFactory.create()
    CategoryFactory.create(parent=parent)
    client.post(f"/admin/opinions/category/{parent.pk}/delete/", {"post": "yes"})
    assert Category.objects.filter(pk=parent.pk).exists()


def test_street_does_not_get_in() -> None:
    client = sign_in(Client(), UserFactory(role=Role.STREET_STAFF))
    assert client.post(ADD, fields()).status_code in (302, 403)
    assert not Category.objects.exists()


def test_category_goes_no_deeper_than_two_levels(client: Client) -> None:
    child = CategoryFactory.create(parent=CategoryFactory.create())
    assert client.post(ADD, fields(parent=child.pk)).status_code == 200
    assert not Category.objects.filter(code="garden").exists()


def test_category_with_children_cannot_go_under_another(client: Client) -> None:
    parent, other = CategoryFactory.create(code="p"), CategoryFactory.create()
    CategoryFactory.create(parent=parent)
    client.post(f"/admin/opinions/category/{parent.pk}/change/", fields(code="p", parent=other.pk))
    parent.refresh_from_db()
    assert parent.parent is None


def test_category_cannot_be_its_own_parent(client: Client) -> None:
    row = CategoryFactory.create(code="p")
    client.post(f"/admin/opinions/category/{row.pk}/change/", fields(code="p", parent=row.pk))
    row.refresh_from_db()
    assert row.parent is None
