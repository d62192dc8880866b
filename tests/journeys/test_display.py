"""For old eyes and thumbs, for small screens, and in another language."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import AtDesk, NewPage
from tests.journeys.people import Receipt, report, see
from tests.support.system import System

SMALLEST = {"viewport": {"width": 320, "height": 640}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
TARGETS = (
    ".btn, button, input:not([type=hidden]):not([type=file]), select, textarea, summary, .top a, .foot a, .bottom-bar a"
)
SMALL = """(least) => {
    const covers = (one) => one.matches('[type=checkbox], [type=radio]') && one.id ?
        document.querySelector(`label[for="${CSS.escape(one.id)}"]`) || one : one;
    return [...document.querySelectorAll("TARGETS")].map(covers)
        .filter((one) => one.checkVisibility({visibilityProperty: true, opacityProperty: true}))
        .filter((one) => !one.closest('.skip, .sr-only'))
        .map((one) => [one, one.getBoundingClientRect()])
        .filter(([_one, box]) => box.height < least - 0.5 || box.width < Math.min(least, 44) - 0.5)
        .map(([one, box]) => `${one.outerHTML.slice(0, 120)} ${Math.round(box.width)}x${Math.round(box.height)}`);
}""".replace("TARGETS", TARGETS)
TEXT = "(size) => document.body && parseFloat(getComputedStyle(document.body).fontSize) === size"
SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll("main *")]
    .filter((one) => one.checkVisibility())
    .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((one) => !one.closest('.sr-only'))
    .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def places(system: System) -> list[str]:
    """The pages that residents see without having reported anything."""
    deputy, point = system.listed("/d/"), system.listed("/p/")
    return ["/", deputy, point, "/s/990108001/", "/t/", "/privacy/", "/d/ZZZZZZZ/", "/accounts/login/"]


def _fits(page: Page, least: int) -> None:
    """Nothing reaches beyond the screen, and every target takes a thumb of `least` pixels."""
    wider = page.evaluate(WIDER)
    assert wider <= 0, f"{page.url} is {wider} px wider than the screen"
    small: list[str] = page.evaluate(SMALL, least)
    assert not small, f"{page.url} has targets below {least} px:\n" + "\n".join(small)


def test_elder_mode_is_switched_once_and_remembered(phone: Page, system: System) -> None:
    phone.goto("/")
    phone.wait_for_function(TEXT, arg=17)
    phone.get_by_role("link", name="长辈模式").click()
    see(phone, "有事找代表", "字已最小")
    phone.goto(system.listed("/d/"))
    phone.wait_for_function(TEXT, arg=20)
    for size in (22, 24, 27, 30):
        phone.get_by_role("link", name="字大一点").click()
        phone.wait_for_function(TEXT, arg=size)
    see(phone, "字已最大")
    phone.get_by_role("link", name="回到普通版").click()
    phone.wait_for_function(TEXT, arg=17)


@pytest.mark.parametrize(("size", "least"), [("off", 44), ("20", 60), ("30", 60)])
def test_resident_pages_fit_a_thumb_and_the_smallest_screen(
    new_page: NewPage, places: list[str], size: str, least: int
) -> None:
    page = new_page(SMALLEST)
    page.goto(f"/display/?size={size}&next=/")
    for place in places:
        page.goto(place)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        _fits(page, least)
        assert page.evaluate(SMALLEST_TEXT) >= (18 if size != "off" else 13), place
        see(page)


@pytest.mark.parametrize("size", ["off", "24"])
def test_deputys_pages_fit_the_smallest_screen(at_desk: AtDesk, size: str) -> None:
    page = at_desk("deputy", SMALLEST)
    page.goto(f"/display/?size={size}&next=/desk/")
    least = 44 if size == "off" else 60
    for place in ["/desk/", page.locator("[data-open]").first.get_attribute("href") or "", "/desk/roster/me/"]:
        page.goto(place)
        _fits(page, least)
        see(page)


def test_whole_way_in_elder_mode(new_page: NewPage, system: System) -> None:
    page = new_page(SMALLEST)
    page.goto("/display/?size=24&next=/")
    mine: Receipt = report(page, system.listed("/d/"), "楼下路灯不亮，老人不敢出门。", phone="13800000444")
    _fits(page, 60)
    see(page, "保存好，以后凭它查")
    page.goto(mine.link)
    _fits(page, 60)
    see(page, "办理进度")


def test_english_is_chosen_and_remembered(phone: Page, system: System) -> None:
    phone.goto("/")
    phone.get_by_role("link", name="English").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    phone.goto(system.listed("/d/"))
    expect(phone.get_by_role("button", name="Submit")).to_be_visible()
    labels = " ".join(phone.locator("label, legend, summary, .hint, .btn").all_inner_texts())
    assert not re.search(r"[一-龥]", labels), labels
    see(phone)
    phone.get_by_role("link", name="中文").click()
    expect(phone.locator("html")).to_have_attribute("lang", "zh-Hans")
