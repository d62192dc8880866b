"""A resident scans a deputy's plaque; the deputy answers on a phone; the resident says whether it is solved."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, AtDesk, NewPage
from tests.journeys.people import fill_opinion, photo, rate, read_code, receipt, see, send, track
from tests.support.system import System

STAGES = ["点单", "接单", "领单", "验单"]
COUNT_TAPS = "addEventListener('pointerdown', (event) => event.isTrusted && window.tapped(), true)"
MOST_BYTES = 100_000


def test_resident_reports_deputy_answers_resident_is_satisfied(
    phone: Page, at_desk: AtDesk, new_page: NewPage, system: System
) -> None:
    phone.goto(system.listed("/d/"))
    see(phone, "代表这里，2 个工作日内有人接单")
    fill_opinion(phone, "三号楼西侧路灯坏了两周，晚上看不清台阶。", phone="13800000111", category="urban")
    phone.get_by_label("照片", exact=True).set_input_files([photo(1), photo(2)])
    expect(phone.get_by_role("img", name=re.compile("照片 [12]"))).to_have_count(2)
    see(phone, "已选 2 张，最多 6 张")
    send(phone)
    mine = receipt(phone)
    see(phone, "保存好，以后凭它查", "有进展会发短信到 138****0111")
    assert read_code(phone, phone.locator("img.qr")) == mine.link

    deputy = at_desk("deputy", PHONE)
    see(deputy, "等我答复")
    _answer_in_three_taps(deputy, mine.code)

    track(phone, mine.link, "等您评价", "代表的答复")
    names = [stage.split()[0] for stage in phone.locator(".stage-name").all_inner_texts()]
    assert names == STAGES
    rate(phone, mine.link, "满意", "解决了", comment="当天就亮了。")
    track(phone, mine.link, "已经办结")
    stranger = new_page(PHONE)
    stranger.goto(f"/t/{mine.code}/")
    see(stranger, "为了保护您的隐私")
    expect(stranger.get_by_text("路灯")).to_have_count(0)


def _answer_in_three_taps(deputy: Page, code: str) -> None:
    """答复, a template, 发送: and nothing else is touched after the desk has opened."""
    taps: list[int] = []
    deputy.expose_function("tapped", lambda: taps.append(1))
    deputy.add_init_script(COUNT_TAPS)
    deputy.reload()
    card = deputy.locator("[data-row]", has=deputy.locator(f"a[href*='{code}']"))
    card.get_by_role("link", name="答复").tap()
    form = deputy.locator("#dialog")
    form.get_by_role("button", name="已帮您协调解决").tap()
    expect(form.get_by_role("textbox", name="答复")).to_have_value(re.compile("已经和社区、物业一起处理好了"))
    see(deputy, "套用模板")
    form.get_by_role("button", name="发送").tap()
    see(deputy, "答复已发给居民", "已答复")
    assert len(taps) == 3
