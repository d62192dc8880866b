"""The reference-data site: for those who may edit it, and no back door around the ledger."""

import pytest
from django.test import Client

from deputies.accounts.models import Role
from liaison.base.audit.models import Event
from opinions.catalog.models import Category
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
    event = Event.objects.get(chain="catalog")
    assert event.verb == "add_category"
    assert event.data["values"]["name"] == "园林"
    assert event.by is not None


def test_category_removed_on_the_site_is_in_the_ledger(client: Client) -> None:
    rows = [CategoryFactory(), CategoryFactory()]
    chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
    client.post("/admin/opinions/category/", chosen)
    assert Event.objects.filter(chain="catalog", verb="delete_category").count() == 2


def test_street_does_not_get_in() -> None:
    client = sign_in(Client(), UserFactory(role=Role.STREET_STAFF))
    assert client.post(ADD, fields()).status_code in (302, 403)
    assert not Category.objects.exists()


def test_category_goes_no_deeper_than_two_levels(client: Client) -> None:
    child = CategoryFactory(parent=CategoryFactory())
    assert client.post(ADD, fields(parent=child.pk)).status_code == 200
    assert not Category.objects.filter(code="garden").exists()


def test_category_with_children_cannot_go_under_another(client: Client) -> None:
    parent, other = CategoryFactory(code="p"), CategoryFactory()
    CategoryFactory(parent=parent)
    client.post(f"/admin/opinions/category/{parent.pk}/change/", fields(code="p", parent=other.pk))
    parent.refresh_from_db()
    assert parent.parent is None


def test_category_cannot_be_its_own_parent(client: Client) -> None:
    row = CategoryFactory(code="p")
    client.post(f"/admin/opinions/category/{row.pk}/change/", fields(code="p", parent=row.pk))
    row.refresh_from_db()
    assert row.parent is None
