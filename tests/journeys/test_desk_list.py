"""The list of a busy clerk: found again, ticked, given away together, kept as a filter."""

import secrets

from playwright.sync_api import Page, expect

from tests.journeys.conftest import AtDesk
from tests.journeys.people import report, see
from tests.support.system import System


def test_several_are_assigned_together_and_the_filter_is_kept(phone: Page, at_desk: AtDesk, system: System) -> None:
    mark = secrets.token_hex(4)
    for place in ("东墙", "西墙"):
        report(phone, system.listed("/p/"), f"{place}井盖响，夜里吵，门牌 {mark}。", category="urban")
    street = at_desk("street")
    street.get_by_role("searchbox").first.fill("井盖")
    street.keyboard.press("Enter")
    see(street, "东墙井盖响", "西墙井盖响")

    street.goto(f"/desk/?queue=triage&q={mark}")
    see(street, "找到 2 件")
    for key in "jxjx":
        street.keyboard.press(key)
    see(street, "已选 2 条")
    street.get_by_role("button", name="批量交办").click()
    see(street, "把选中的 2 件交给同一个单位主办")
    street.get_by_label("主办单位").select_option(label="云汀区城市管理局")
    street.get_by_label("部门办理").check()
    street.get_by_role("button", name="交办", exact=True).click()
    expect(street.locator("#toasts")).to_contain_text("2 件")

    street.goto(f"/desk/?queue=handlers&q={mark}")
    see(street, "找到 2 件", "区城管局")
    street.get_by_text("保存筛选").click()
    street.get_by_label("名称").fill("井盖两件")
    street.get_by_role("button", name="保存", exact=True).click()
    street.goto("/desk/")
    street.get_by_role("link", name="井盖两件").click()
    see(street, "找到 2 件")
    street.get_by_role("button", name="删除筛选 井盖两件").click()
    expect(street.get_by_role("link", name="井盖两件")).to_have_count(0)


def test_list_keeps_its_place(at_desk: AtDesk) -> None:
    street = at_desk("street")
    street.goto("/desk/?queue=all&sort=new")
    for _row in range(12):
        street.keyboard.press("j")
    row = street.locator(".is-current")
    name = row.get_attribute("id")
    street.keyboard.press("Enter")
    expect(street.get_by_role("heading", name="办理经过")).to_be_visible()
    street.go_back()
    expect(street.locator(f"#{name}.is-current")).to_be_in_viewport()
