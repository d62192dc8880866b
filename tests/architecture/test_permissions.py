"""Every address declares who may open it: forgetting fails here, and is refused to visitors by the guard."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from deputies.accounts.access import Permission
from liaison.base.web.decorators import PUBLIC

THIRD_PARTY = {
    "admin/": "the site for reference data asks User.is_staff; tests/deputies/organisations/test_pages.py tries it",
}
"""Beginnings of addresses whose views are not ours → who guards them."""
DECLARED = {PUBLIC, *(str(permission) for permission in Permission)}


def addresses(patterns: list[Any], before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every address below `patterns` with its view."""
    for pattern in patterns:
        place = before + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, place)
        elif isinstance(pattern, URLPattern):
            yield place, pattern.callback


def own_addresses() -> list[tuple[str, Callable[..., Any]]]:
    found = addresses(get_resolver().url_patterns)
    return [(place, view) for place, view in found if not place.startswith(tuple(THIRD_PARTY))]


OWN = own_addresses()


def test_walk_reaches_nested_addresses() -> None:
    places = [place for place, _view in OWN]
    assert "accounts/login/" in places
    assert "desk/accounts/<int:pk>/reset/" in places
    assert len(places) > 20


@pytest.mark.parametrize(("place", "view"), OWN, ids=[place or "(front page)" for place, _view in OWN])
def test_address_declares_a_known_permission_or_public(place: str, view: Callable[..., Any]) -> None:
    assert getattr(view, "permission", None) in DECLARED, f"/{place} declares nothing: use @requires or @public"


def test_exceptions_are_still_needed() -> None:
    places = [place for place, _view in addresses(get_resolver().url_patterns)]
    assert [prefix for prefix in THIRD_PARTY if not any(place.startswith(prefix) for place in places)] == []


def test_handlers_of_errors_are_public() -> None:
    for status in (400, 403, 404, 500):
        assert getattr(get_resolver().resolve_error_handler(status), "permission", None) == PUBLIC


def _filled(place: str) -> str | None:
    """An address without parameters as it is, one with parameters filled with something that exists nowhere."""
    import re

    filled = re.sub(r"<int:\w+>", "999999999", place)
    filled = re.sub(r"<uuid:\w+>", "00000000-0000-0000-0000-000000000000", filled)
    filled = re.sub(r"<(?:str:|slug:)?\w+>", "nothing", filled)
    return None if re.search(r"[<>?$\\(]", filled) else f"/{filled}"


@pytest.mark.django_db
def test_visitor_without_account_opens_no_page_that_is_not_public(client: Client) -> None:
    opened = []
    for place, view in OWN:
        address = _filled(place)
        if address is None or getattr(view, "permission", PUBLIC) == PUBLIC:
            continue
        for method in ("get", "post"):
            response = getattr(client, method)(address)
            if response.status_code not in {302, 401, 403, 404} or "/accounts/login/" not in response.get(
                "Location", "/accounts/login/"
            ):
                opened.append(f"{method} {address} {response.status_code}")
    assert opened == []


def test_undeclared_view_is_refused_to_visitors() -> None:
    from django.contrib.auth.models import AnonymousUser

    from deputies.accounts.middleware import guard_session

    request: Any = RequestFactory().get("/desk/forgotten/")
    request.user = AnonymousUser()
    guard: Any = guard_session(lambda request: None)  # type: ignore[arg-type, return-value]
    response = guard.process_view(request, lambda request: None, (), {})
    assert response["Location"] == "/accounts/login/?next=%2Fdesk%2Fforgotten%2F"
