"""One address, the page or its fragment."""

import pytest
from django.test import RequestFactory

from liaison.base.web.htmx import go, render_page, wants_fragment

PAGE, FRAGMENT = "errors/page.html", "errors/_alert.html"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_fragment_is_given_only_where_it_is_swapped_in(
    rf: RequestFactory, headers: dict[str, str], expected: bool
) -> None:
    assert wants_fragment(rf.get("/", headers=headers)) is expected


@pytest.mark.parametrize("fragment", [True, False])
def test_page_and_fragment_vary_by_the_header(rf: RequestFactory, fragment: bool) -> None:
    request = rf.get("/", headers={"HX-Request": "true"} if fragment else {})
    answer = render_page(request, PAGE, FRAGMENT, {"title": "标题"}, status=422)
    assert answer.status_code == 422
    assert "HX-Request" in answer["Vary"]
    assert ("<html" in answer.content.decode()) is not fragment


def test_go_redirects_a_plain_form(rf: RequestFactory) -> None:
    answer = go(rf.post("/"), "/desk/")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")


def test_go_tells_htmx_to_leave(rf: RequestFactory) -> None:
    answer = go(rf.post("/", headers={"HX-Request": "true"}), "/desk/")
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/desk/")


def test_go_sends_an_address_that_a_header_can_carry(rf: RequestFactory) -> None:
    answer = go(rf.post("/", headers={"HX-Request": "true"}), "/desk/?q=路灯\r\nX-Evil: 1")
    assert answer["HX-Redirect"] == "/desk/?q=%E8%B7%AF%E7%81%AF%0D%0AX-Evil:%201"
    assert "X-Evil" not in answer
