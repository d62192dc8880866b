"""The long way: resident, street, department and its head, a resident who is not satisfied, and the second round."""

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import AtDesk
from tests.journeys.people import choose, coming_day, do, open_matter, press, rate, report, see, track
from tests.support.system import System

POINTS = [
    ("人行道下沉", "挖开重铺八十米，加固路基", "王示例", coming_day(50)),
    ("盲道中断", "按规范补齐盲道", "王示例", coming_day(70)),
]


def test_department_handles_until_the_resident_is_satisfied(phone: Page, at_desk: AtDesk, system: System) -> None:
    mine = report(phone, system.listed("/p/"), "桥头人行道下沉了一大块，盲道也断了。", category="urban")
    street, handler, head = at_desk("street"), at_desk("handler"), at_desk("head")

    _take_and_assign_by_keyboard(street, mine.code)
    track(phone, mine.link, "城市管理局")
    _sign(handler, mine.code)
    _draft(handler, mine.code)
    _send_back(head, mine.code, "请写明施工期间行人怎样走。")
    _correct(handler, mine.code, "请写明施工期间行人怎样走。")
    _approve(head, mine.code)

    track(phone, mine.link, "城市管理局的答复", "挖开重铺八十米", "按规范补齐盲道", "等您评价")
    rate(phone, mine.link, "不满意", "没有解决", "没有人联系我", comment="还没有人来看过。")
    see(phone, "已经退回重新办理")

    open_matter(street, mine.code)
    see(street, "重新办理", "没有人联系我")
    _assign(street, "已交办")
    _sign(handler, mine.code)
    open_matter(handler, mine.code)
    form = choose(handler, "起草答复")
    _fill_reply(form, "今天已与您电话联系，施工队下周一进场。", POINTS)
    press(form, "送审", "已送审")
    _approve(head, mine.code)
    rate(phone, mine.link, "满意", "解决了")
    track(phone, mine.link, "已经办结")


def _take_and_assign_by_keyboard(street: Page, code: str) -> None:
    """j and k to the row, Enter, t, a: no mouse."""
    press_key = street.keyboard.press
    press_key("?")
    expect(street.get_by_role("heading", name="快捷键")).to_be_visible()
    press_key("Escape")
    expect(street.get_by_role("heading", name="快捷键")).to_be_hidden()
    press_key("/")
    expect(street.locator("#desk-search")).to_be_focused()
    street.keyboard.type("盲道也断")
    press_key("Enter")
    expect(street.get_by_text("找到")).to_be_visible()
    street.goto("/desk/?queue=triage&sort=new")
    for key in "jjk":
        press_key(key)
    expect(street.locator(".is-current [data-open]")).to_have_attribute("href", f"/desk/matters/{code}/")
    press_key("Enter")
    expect(street.get_by_role("heading", name="桥头人行道下沉")).to_be_visible()
    see(street, "待接单", "为什么这样分派")
    press_key("t")
    form = street.locator("#dialog .dialog-body")
    expect(form.get_by_role("heading", name="接单")).to_be_visible()
    form.get_by_role("button", name="接单").focus()
    press_key("Enter")
    expect(street.locator("#toasts")).to_contain_text("已接单")
    press_key("a")
    expect(form.get_by_role("heading", name="交办")).to_be_visible()
    form.locator("summary", has_text="协办、分办").focus()
    press_key("Enter")
    form.get_by_label("云汀区交通运输局").focus()
    press_key("Space")
    see(street, "建议：云汀区城市管理局")
    form.get_by_role("button", name="交办", exact=True).focus()
    press_key("Enter")
    expect(street.locator("#toasts")).to_contain_text("已交办")
    see(street, "主办", "协办")


def _assign(street: Page, said: str) -> None:
    form = choose(street, "交办")
    press(form, "交办", said)


def _sign(handler: Page, code: str) -> None:
    open_matter(handler, code)
    do(handler, "签收", "已签收")
    see(handler, "已签收")


def _draft(handler: Page, code: str) -> None:
    """Two points with dates; what is missing is said at its field, and what was typed stays."""
    form = choose(handler, "起草答复")
    _fill_reply(form, "我单位已到现场看过，分两步修好。", [(*POINTS[0][:3], ""), POINTS[1]])
    form.get_by_role("button", name="送审").click()
    see(handler, "请填写完成日期")
    form.get_by_role("group", name="第 1 项").get_by_label("完成日期").fill(POINTS[0][3])
    press(form, "送审", "已送审")
    see(handler, "B 正在解决")


def _fill_reply(form: Locator, text: str, points: list[tuple[str, str, str, str]]) -> None:
    form.get_by_label("正文").fill(text)
    form.get_by_label("B 正在解决").check()
    for number, (problem, measure, person, day) in enumerate(points, 1):
        row = form.get_by_role("group", name=f"第 {number} 项")
        row.get_by_label("问题").fill(problem)
        row.get_by_label("措施").fill(measure)
        row.get_by_label("责任人").fill(person)
        row.get_by_label("完成日期").fill(day)


def _send_back(head: Page, code: str, why: str) -> None:
    open_matter(head, code)
    see(head, "待审签")
    do(head, "退回修改", "已退回修改", 怎样修改=why)


def _correct(handler: Page, code: str, why: str) -> None:
    open_matter(handler, code)
    form = choose(handler, "起草答复")
    see(handler, why)
    expect(form.get_by_role("group", name="第 1 项").get_by_label("措施")).to_have_value(POINTS[0][1])
    form.get_by_label("正文").fill("我单位已到现场看过，分两步修好。施工期间行人走南侧便道。")
    press(form, "送审", "已送审")


def _approve(head: Page, code: str) -> None:
    open_matter(head, code)
    form = choose(head, "审签答复")
    see(head, "审签答复")
    press(form, "签发", "答复已发给居民")
