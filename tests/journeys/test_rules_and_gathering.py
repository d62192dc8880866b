"""Rules looked at on the past before they act, and taken back; what is alike put together; other systems' orders."""

import csv
import io
import re
import secrets
from itertools import count

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.journeys.conftest import AtDesk
from tests.journeys.people import choose, open_matter, press, report, see, track
from tests.support.system import System


def test_rules_are_rehearsed_then_put_in_force_then_taken_back(at_desk: AtDesk, phone: Page, system: System) -> None:
    district = at_desk("district")
    district.goto("/desk/routing/")
    before = district.locator(".card-head h2", has_text="版本").inner_text().split()[1]
    district.get_by_role("button", name="复制成草稿来修改").click()
    draft = district.url
    district.get_by_role("link", name="添加规则").click()
    _write_rule(district)
    rule = district.locator(".rule", has_text="井盖先由街道看")
    rule.get_by_role("spinbutton").fill("1")
    rule.get_by_role("button", name="移到").click()
    expect(district.locator(".rule").first).to_contain_text("井盖先由街道看")

    district.get_by_role("link", name="演练", exact=True).click()
    district.get_by_role("button", name="开始演练").click()
    differences = district.get_by_role("link", name="查看全部、筛选")
    expect(differences).to_be_visible(timeout=60_000)
    see(district, "演练的事项", "分派会不同的事项")
    differences.click()
    district.locator("[data-open]").first.click()
    see(district, "原来：现在生效的规则", "第 1 条“井盖先由街道看”相符")

    district.goto(draft)
    district.get_by_role("link", name="生效", exact=True).click()
    press(district.locator("#dialog .dialog-body"), "确认生效")
    see(district, "新规则已生效")
    mine = report(phone, system.listed("/p/"), "路口井盖翘起来一块，骑车摔过人。", category="urban")
    street = at_desk("street")
    open_matter(street, mine.code)
    street.get_by_role("link", name="为什么这样分派").click()
    expect(street.locator("#dialog")).to_contain_text("井盖先由街道看")

    district.get_by_role("link", name=f"回到版本 {before}").click()
    form = district.locator("#dialog .dialog-body")
    press(form, f"确认，回到版本 {before}", f"已回到版本 {before}")
    see(district, f"版本 {before} 生效")


def _write_rule(page: Page) -> None:
    """Two groups; the first try contradicts itself."""
    page.get_by_label("规则名称").fill("井盖先由街道看")
    page.get_by_role("button", name="再加一组条件").click()
    wanted, unwanted = (page.get_by_role("region", name=f"第 {number} 组条件") for number in (1, 2))
    unwanted.get_by_label("怎样组合").select_option("none")
    for group, words in ((wanted, "井盖"), (unwanted, "井盖")):
        _open(group, "内容")
        group.get_by_label("内容提到其中任意一个").fill(words)
    page.get_by_label("层级").select_option(label="社区街道解决")
    page.get_by_label("交给").select_option("street")
    page.get_by_role("button", name="保存到草稿").click()
    see(page, "互相矛盾")
    unwanted.get_by_label("内容提到其中任意一个").fill("燃气、漏电")
    page.get_by_role("button", name="保存到草稿").click()
    see(page, "规则已保存到草稿")


def _open(group: Locator, section: str) -> None:
    group.locator("summary", has_text=re.compile(f"^{section}$")).click()


def test_one_tap_merges_and_one_takes_it_back(at_desk: AtDesk, phone: Page, system: System) -> None:
    mark = secrets.token_hex(3)
    text = f"栖云小区 {mark} 栋楼道里堆满了纸箱，消防通道走不通。"
    first, second = (report(phone, system.listed("/p/"), said, category="urban") for said in (text, f"{text}请来看。"))
    street = at_desk("street")
    open_matter(street, second.code)
    into = street.get_by_role("button", name=f"并入它 {_grouped(first.code)}")
    _reload_until(into)
    into.click()
    see(street, "已并案", "这件事已并入", f"并案：{_grouped(first.code)}")
    track(phone, second.link, "已和同一件事合并办理")
    press(choose(street, "撤销并案"), "撤销并案", "已撤销并案")
    expect(street.locator(".page-head")).to_contain_text("待接单")
    phone.reload()
    expect(phone.get_by_text("已和同一件事合并办理")).to_have_count(0)


def _grouped(code: str) -> str:
    """The code as the screen prints it."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def _reload_until(shown: Locator) -> None:
    """What a worker makes behind is there after a moment."""
    for attempt in count():
        shown.page.wait_for_load_state("networkidle")
        if shown.is_visible() or attempt == 20:
            break
        shown.page.wait_for_timeout(500)
        shown.page.reload()
    expect(shown).to_be_visible()


def test_hot_issue_becomes_a_topic(at_desk: AtDesk) -> None:
    district = at_desk("district")
    district.get_by_role("link", name="热点", exact=True).first.click()
    see(district, "人以上反映的同一件事")
    issue = district.locator("[data-open]").first
    title = issue.inner_text().split(". ", 1)[-1]
    issue.click()
    form = choose(district, "转为专题")
    form.get_by_role("button", name="设立专题").click()
    expect(form).to_contain_text("请写明要弄清、推动什么")
    form.get_by_label("题目").fill(f"专题：{title}")
    form.get_by_label("要弄清、推动什么").fill("摸清有几处、归谁管，年底前改完。")
    press(form, "设立专题", "已设立专题")
    see(district, "摸清有几处", "依据的意见")
    district.goto("/desk/topics/")
    see(district, f"专题：{title}")
    expect(district.get_by_role("link", name="热点", exact=True).first).to_have_attribute("aria-current", "page")


def test_work_orders_come_in_once_and_go_out(at_desk: AtDesk, phone: Page, system: System) -> None:
    number = f"RX-{secrets.token_hex(4)}"
    district = at_desk("district")
    _read(district, number)
    district.get_by_role("button", name="导入", exact=True).click()
    see(district, "已导入 1 件工单", number)
    _read(district, number)
    expect(district.get_by_text("编号已有，不再导入").locator("..")).to_contain_text("1")
    expect(district.get_by_role("button", name="导入", exact=True)).to_have_count(0)

    mine = report(phone, system.listed("/p/"), "垃圾桶满了没人收，狗在翻。", category="urban")
    street = at_desk("street")
    open_matter(street, mine.code)
    street.get_by_role("button", name="推送到栖云街道网格系统").click()
    see(street, "推送到外部系统：栖云街道网格系统")
    _reload_until(street.locator("aside").get_by_text("已送出"))
    track(phone, mine.link, "已转给栖云街道网格系统核实处理")


def _read(page: Page, number: str) -> None:
    """Give the page a table with one order of the hotline; it tells what would come of it."""
    held = io.StringIO()
    csv.writer(held).writerows([("来源编号", "内容", "地点"), (number, "工地夜里十一点还在浇筑。", "栖云社区")])
    file: FilePayload = {"name": "工单.csv", "mimeType": "text/csv", "buffer": held.getvalue().encode()}
    page.goto("/desk/exchange/import/")
    page.get_by_label("对接系统").select_option(label="云汀区 12345 热线")
    page.get_by_label("表格文件").set_input_files([file])
    page.get_by_role("button", name="下一步").click()
    see(page, "试读结果")
