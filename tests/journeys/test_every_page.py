"""Every page that the desk leads to, as each role: no fault, accessible, and good on paper."""

import re

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import AtDesk
from tests.journeys.people import see
from tests.support.accessibility import carry_axe

ROLES = ["district", "street", "liaison", "handler", "head", "leader", "secretary", "deputy"]
LINKS = """() => [...document.querySelectorAll("a[href^='/desk/'], a[href^='?'], a[href^='/accounts/']")]
    .filter((one) => !one.hasAttribute("download")).map((one) => new URL(one.href).pathname)"""
NO_PAGE = re.compile(
    r"/(export|files|download|photo|template\.xlsx|plaque\.\w+|phone)|\.(csv|docx|ics|pdf|png|txt|xlsx)$|/file/$"
)
NUMBER = re.compile(r"/(?:\d+|[A-Z0-9]{10})(?=/)")
PAPER = """() => {
    const seen = (one) => one && one.checkVisibility();
    const frame = [".rail", ".bottom-bar", ".search", ".frame-tools", ".skip"];
    return {frame: frame.filter((one) => seen(document.querySelector(one))),
        heading: seen(document.querySelector("h1")), wider: document.documentElement.scrollWidth - innerWidth};
}"""


@pytest.fixture(scope="module")
def walked() -> set[str]:
    """Kinds of page that a role before has walked already."""
    return set()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_sound(at_desk: AtDesk, walked: set[str], role: str) -> None:
    page = at_desk(role)
    carry_axe(page.context)
    waiting = ["/desk/"]
    while waiting:
        place = waiting.pop(0)
        answer = page.goto(place)
        assert answer is not None
        assert answer.status == 200, f"{place}: {answer.status}"
        see(page)
        assert page.locator("h1").inner_text() != "人大代表联络平台", f"{place} has no heading of its own"
        _prints(page)
        for link in dict.fromkeys(page.evaluate(LINKS)):
            kind = NUMBER.sub("/*", link)
            if kind not in walked and not NO_PAGE.search(link):
                walked.add(kind)
                waiting.append(link)


def _prints(page: Page) -> None:
    """On paper: the heading, no frame, nothing cut off at the side."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    assert page.evaluate(PAPER) == {"frame": [], "heading": True, "wider": 0}, page.url
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(media="screen")
