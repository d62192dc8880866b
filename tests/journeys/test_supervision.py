"""Supervision at the street: its sections, and a reminder that stands in the history of its matter."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import AtDesk
from tests.journeys.people import press, see

SECTIONS = ("看板", "亮灯", "督办", "活动", "承诺", "评查")


def section(page: Page, name: str) -> None:
    """Go to a section of supervision by its tab."""
    page.get_by_role("navigation", name="督办栏目").get_by_role("link", name=name, exact=True).click()
    expect(page.locator("nav.tabs a[aria-current=page]").first).to_have_text(name)


def test_secretary_goes_through_supervision_and_reminds(at_desk: AtDesk) -> None:
    page = at_desk("secretary")
    page.goto("/desk/supervision/")
    for name in SECTIONS:
        section(page, name)
        see(page)

    page.goto("/desk/supervision/rows/?measure=red")
    page.locator("[data-row] a").first.click()
    panel = page.locator("#supervision")
    panel.get_by_role("link", name="催办", exact=True).click()
    form = page.locator("#dialog .dialog-body")
    expect(form.get_by_label("催办内容")).to_be_visible()
    see(page)
    form.get_by_label("催办内容").fill("群众等了很久，请三天内说明进展。")
    press(form, "催办", "已催办 1 件")
    expect(page.get_by_text("群众等了很久，请三天内说明进展").filter(visible=True).first).to_be_visible()


def test_board_renews_itself_without_losing_the_place_and_prints_its_charts_as_tables(at_desk: AtDesk) -> None:
    page = at_desk("leader")
    page.goto("/desk/supervision/")
    link = page.locator("#by a[data-count]").nth(1)
    link.focus()
    place = link.get_attribute("href")
    page.evaluate("htmx.ajax('GET', '/desk/supervision/live/?tag=old', {target: '#board', swap: 'outerHTML'})")
    expect(page.locator("[data-board-said]")).to_contain_text("数字更新于")
    assert page.evaluate("document.activeElement.getAttribute('href')") == place
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    expect(page.locator(".trend table").first).to_be_visible()
    for box in page.locator(".numbers-wrap, figure").filter(visible=True).all():
        assert box.evaluate("box => box.scrollWidth - box.clientWidth") <= 0


PRESSES = """() => {
    const form = document.querySelector("main form[method=post]"), sent = [], later = [];
    const first = form.querySelector("button"), other = document.createElement("button");
    form.append(other);
    window.setTimeout = (act, after, ...given) => { later.push([after, () => act(...given)]); return 0; };
    window.addEventListener("submit", (event) => { sent.push(!event.defaultPrevented); event.preventDefault(); });
    const press = (button) => { button.click(); return sent.at(-1); };
    const asleep = () => form.querySelectorAll("[aria-disabled]").length;
    const found = [press(first), press(first)];
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    found.push(asleep(), press(first), press(other), press(other), asleep());
    window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    found.push(asleep(), press(first), press(first));
    later.filter(([after]) => after === 60000).at(-1)[1]();
    return [...found, asleep(), press(first)];
}"""
"""Presses a button twice, breaks off, presses another, comes back, and lets a minute pass; nothing leaves the page."""


def test_second_press_sends_nothing_more_until_the_form_wakes_up(at_desk: AtDesk) -> None:
    page = at_desk("district")
    page.goto("/desk/supervision/ladder/new/")
    assert page.evaluate(PRESSES) == [
        True, False, 0, True, True, False, 1, 0, True, False, 0, True,
    ]  # fmt: skip
    expect(page.locator("#toasts")).to_contain_text("正在提交…")
