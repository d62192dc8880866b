"""Work at the office: entering for a resident, plaques, the roster, the rules."""

import csv
import io
import re
from pathlib import Path

import pypdfium2
import zxingcpp
from playwright._impl._api_structures import FilePayload
from playwright.sync_api import Page, expect

from tests.journeys.conftest import AtDesk
from tests.journeys.people import open_matter, press, read_code, report, see, track
from tests.support.system import System

ROSTER = ("姓名", "身份", "级别", "届次", "职务", "手机", "代表证号", "公开项")


def test_officer_enters_for_a_resident_who_confirms(at_desk: AtDesk, phone: Page) -> None:
    officer = at_desk("liaison")
    officer.get_by_role("link", name="代群众登记").first.click()
    see(officer, "登记一次，居民用链接核对")
    officer.get_by_role("radio", name="电话").check()
    officer.get_by_label("居民反映什么").fill("电话反映：小区东门早高峰堵车，救护车进不来。")
    officer.get_by_label("居民的称呼").fill("孙阿姨")
    officer.get_by_role("button", name="登记", exact=True).click()
    see(officer, "要先向居民说明并得到同意，才能登记")
    officer.get_by_label("已向居民说明").check()
    officer.get_by_role("button", name="登记", exact=True).click()
    see(officer, "已登记，请把回执交给居民", "居民没有留手机号")
    link = read_code(officer, officer.get_by_role("img", name="居民的专属二维码"))

    track(phone, link, "请核对：这是工作人员替您登记的", "救护车进不来")
    phone.get_by_label("有不对的地方，请写在这里").fill("是西门，不是东门。")
    phone.get_by_role("button", name="确认", exact=True).click()
    see(phone, "谢谢，更正已经送到")
    officer.get_by_role("link", name="打开这件事").click()
    see(officer, "群众已确认", "是西门，不是东门")


def test_plaques_are_made_behind_and_their_codes_lead_to_the_pages(
    at_desk: AtDesk, phone: Page, tmp_path: Path
) -> None:
    street = at_desk("street")
    street.goto("/desk/contact_points/plaques/")
    see(street, "合成一个 PDF")
    street.get_by_label(re.compile("联系点公示牌")).check()
    street.get_by_role("button", name="开始制作").click()
    see(street, "后台任务")
    download = street.get_by_role("link", name="下载")
    expect(download).to_be_visible(timeout=60_000)
    see(street, "已经做好")
    with street.expect_download() as started:
        download.click()
    held = tmp_path / "plaques.pdf"
    started.value.save_as(held)
    pages = pypdfium2.PdfDocument(held)
    assert len(pages) > 1
    found = zxingcpp.read_barcodes(pages[0].render(scale=2).to_pil())
    phone.goto(found[0].text)
    see(phone, "反映给联系点")


def test_roster_is_read_first_and_imported_after(at_desk: AtDesk) -> None:
    street = at_desk("street")
    street.goto("/desk/roster/import/")
    with street.expect_download() as template:
        street.get_by_role("link", name="下载模板").click()
    assert template.value.suggested_filename.endswith(".xlsx")
    good = ["示例新代表", "人大代表", "区", "6", "示例学校教师", "13800000333", "QX9001", "职务"]
    bad = ["示例错行", "人大代表", "区", "6", "示例店主", "1380000", "QX9002", ""]
    _upload(street, good, bad)
    see(street, "表中有错误，一行也没有写入", "试读结果")
    expect(street.get_by_role("row", name=re.compile("^3 手机"))).to_be_visible()
    _upload(street, good)
    see(street, "示例新代表", "新增")
    street.get_by_role("button", name="确认导入").click()
    street.goto("/desk/roster/?q=示例新代表")
    see(street, "示例新代表")
    expect(street.locator("[data-row]")).to_have_count(1)


def _upload(page: Page, *rows: list[str]) -> None:
    held = io.StringIO()
    csv.writer(held).writerows([ROSTER, *rows])
    file: FilePayload = {"name": "名册.csv", "mimeType": "text/csv", "buffer": held.getvalue().encode()}
    page.get_by_label("名册文件").set_input_files([file])
    page.get_by_role("button", name="试读").click()


def test_rule_is_drafted_tried_and_followed(at_desk: AtDesk, phone: Page, system: System) -> None:
    district = at_desk("district")
    district.get_by_role("link", name="分派规则").first.click()
    see(district, "第一条相符的规则决定层级和去向")
    district.get_by_role("button", name="复制成草稿来修改").click()
    district.get_by_role("link", name="添加规则").click()
    see(district, "第 1 组条件", "就这样分派")
    _write_rule(district)
    see(district, "白蚁交园林中心")
    rule = district.locator(".rule", has_text="白蚁交园林中心")
    rule.get_by_role("button", name="上移").click()
    expect(district.locator(".rule").last).not_to_contain_text("白蚁")

    district.get_by_role("link", name="试一试").click()
    district.get_by_label("内容").fill("行道树里全是白蚁。")
    district.get_by_label("地点").select_option(index=1)
    district.get_by_role("button", name="试一试").click()
    see(district, "建议承办", "云汀区园林绿化中心")
    district.go_back()
    district.get_by_role("link", name="生效", exact=True).click()
    press(district.locator("#dialog .dialog-body"), "确认生效")
    see(district, "新规则已生效")

    mine = report(phone, system.listed("/p/"), "路边行道树里有白蚁，翅膀落了一地。")
    track(phone, mine.link, "园林绿化中心")
    parks = at_desk("yl")
    open_matter(parks, mine.code)
    parks.get_by_role("link", name="为什么这样分派").click()
    dialog = parks.locator("#dialog")
    expect(dialog).to_contain_text("白蚁交园林中心")
    see(parks, "内容提到")


def _write_rule(page: Page) -> None:
    page.get_by_label("规则名称").fill("白蚁交园林中心")
    page.locator("summary", has_text="内容").click()
    page.get_by_label("内容提到其中任意一个").fill("白蚁、蚁巢")
    page.get_by_label("层级").select_option(label="部门办理")
    page.get_by_label("交给").select_option("named")
    page.get_by_role("button", name="保存到草稿").click()
    see(page, "请指定机构")
    page.get_by_label("指定机构").select_option(label="云汀区园林绿化中心")
    page.get_by_label("须人工确认").uncheck()
    page.get_by_role("button", name="保存到草稿").click()
