"""Elder mode, text size and language: cookies only, and never a way to another host."""

import pytest
from django.test import Client

from liaison.base.web.display import SIZES, Display, parse_size

pytestmark = pytest.mark.django_db


def test_page_is_plain_without_the_cookie(client: Client) -> None:
    assert "data-elder" not in client.get("/t/").content.decode()


@pytest.mark.parametrize("size", SIZES)
def test_chosen_size_stands_on_every_page(client: Client, size: int) -> None:
    client.get("/display/", {"size": size})
    assert f'data-elder="{size}"' in client.get("/t/").content.decode()


def test_off_leads_back_to_the_plain_page(client: Client) -> None:
    client.get("/display/", {"size": "24"})
    client.get("/display/", {"size": "off"})
    assert "data-elder" not in client.get("/t/").content.decode()


@pytest.mark.parametrize("size", ["", "21", "-1", "9" * 400, "<script>", "２０"])
def test_strange_size_takes_the_default(client: Client, size: str) -> None:
    assert client.get("/display/", {"size": size}).cookies["elder"].value == str(SIZES[0])


@pytest.mark.parametrize("value", ["", "1", "31", "x" * 4000, "²"])
def test_strange_cookie_is_no_choice(client: Client, value: str) -> None:
    client.cookies["elder"] = value
    assert "data-elder" not in client.get("/t/").content.decode()


def test_switch_also_takes_a_post(client: Client) -> None:
    answer = client.post("/display/?size=24&next=/t/")
    assert (answer.status_code, answer["Location"]) == (302, "/t/")


@pytest.mark.parametrize("address", ["/display/?size=20", "/language/?to=en"])
@pytest.mark.parametrize(
    "target", ["https://example.org/", "//example.org", "javascript:alert(1)", "/\\example.org", "\x01//example.org"]
)
def test_another_host_is_never_led_to(client: Client, address: str, target: str) -> None:
    answer = client.get(address, {"next": target, "size": "20", "to": "en"})
    assert answer["Location"] == "/"


def test_referring_page_is_the_way_back_without_next(client: Client) -> None:
    answer = client.get("/display/?size=20", headers={"referer": "http://testserver/t/?a=1"})
    assert answer["Location"] == "http://testserver/t/?a=1"


def test_language_is_remembered(client: Client) -> None:
    client.get("/language/", {"to": "en"})
    assert '<html lang="en"' in client.get("/t/").content.decode()


def test_unknown_language_changes_nothing(client: Client) -> None:
    assert not client.get("/language/", {"to": "xx"}).cookies


def test_page_varies_by_cookie(client: Client) -> None:
    assert "Cookie" in client.get("/t/")["Vary"]


def test_steps_end_at_both_ends() -> None:
    assert (Display(20).smaller, Display(20).larger) == (None, 22)
    assert (Display(30).smaller, Display(30).larger) == (27, None)
    assert not Display().elder
    assert parse_size(None) is None
