"""Old telephones, bad networks, impatient thumbs: no JavaScript, pressing twice, reloading, no connection."""

import re
import secrets

from playwright.sync_api import Page, Route, expect

from tests.journeys.conftest import PHONE, AtDesk, NewPage
from tests.journeys.people import choose, fill_opinion, open_matter, photo, press, receipt, see, send, track
from tests.support.system import System

SEND_ASIDE = """
    fetch(location.href, {method: "POST", body: new FormData(document.querySelector("#opinion"))})
        .then((answer) => answer.url)
"""
DIGITS = {word: number for number, word in enumerate("零一二三四五六七八九")}


def test_everything_works_without_javascript(new_page: NewPage, at_desk: AtDesk, system: System) -> None:
    plain = new_page(PHONE, java_script_enabled=False)
    plain.goto(system.listed("/d/"))
    plain.get_by_label("您想反映什么").fill("健身器材少了一个螺丝，孩子玩着危险。")
    plain.get_by_label("照片", exact=True).set_input_files([photo(5)])
    send(plain)
    _see_plain(plain, "有 1 处需要改一下", "请先勾选同意")
    expect(plain.get_by_text("已收到 1 张照片，不用重新选")).to_be_visible()
    plain.get_by_label("我看过并同意").check()
    send(plain)
    _answer_question(plain, wrong=True)
    _answer_question(plain)
    mine = receipt(plain)

    plain.goto("/t/")
    plain.get_by_label("事项编号").fill(mine.code.lower())
    plain.get_by_role("button", name="查询").click()
    _see_plain(plain, "为了保护您的隐私", "点单")
    plain.goto(mine.link)
    _see_plain(plain, "我反映的内容", "健身器材")

    deputy = at_desk("deputy", PHONE)
    open_matter(deputy, mine.code)
    form = choose(deputy, "答复")
    form.get_by_role("textbox", name="答复").fill("螺丝已经补上，社区每周检查一次。")
    press(form, "发送", "答复已发给居民")
    plain.goto(mine.link)
    plain.get_by_role("link", name="我来评价").click()
    plain.get_by_role("button", name="提交评价").click()
    _see_plain(plain, "请选一下满意不满意")
    plain.get_by_role("radio", name="满意", exact=True).check()
    plain.get_by_role("radio", name="解决了", exact=True).check()
    plain.get_by_role("button", name="提交评价").click()
    _see_plain(plain, "谢谢您的评价")


def _see_plain(page: Page, *words: str) -> None:
    """Axe needs scripts, so a page without them is only read."""
    for word in words:
        expect(page.get_by_text(word).first).to_be_visible()


def _answer_question(page: Page, *, wrong: bool = False) -> None:
    """The sum in plain words that stands in for the one that a script would do."""
    asked = page.locator("label[for=id_answer]").inner_text()
    first, second = re.findall(r"[一二三四五六七八九]", asked)[:2]
    answer = DIGITS[first] + DIGITS[second] + (1 if wrong else 0)
    page.get_by_label(asked).fill(str(answer))
    send(page)
    if wrong:
        _see_plain(page, "不对，换了一道")


def test_pressing_twice_makes_one_opinion(new_page: NewPage, at_desk: AtDesk, system: System) -> None:
    mark = secrets.token_hex(4)
    phone = new_page(PHONE)
    phone.goto(system.listed("/p/"))
    fill_opinion(phone, f"公交站牌倒了，压着盲道，站牌号 {mark}。")
    phone.get_by_role("button", name="提交", exact=True).dblclick()
    mine = receipt(phone)
    street = at_desk("street")
    street.goto(f"/desk/?q={mark}")
    see(street, "找到 1 件")
    expect(street.locator("[data-open]")).to_have_attribute("href", f"/desk/matters/{mine.code}/")


def test_same_form_sent_again_makes_one_opinion(new_page: NewPage, system: System) -> None:
    """The first answer got lost on the way: the page still stands there and its button is pressed again."""
    phone = new_page(PHONE)
    phone.goto(system.listed("/p/"))
    fill_opinion(phone, "路边井盖松动，车一过就响。")
    expect(phone.locator("[name=proof]")).not_to_have_value("")
    first = phone.evaluate(SEND_ASIDE)
    send(phone)
    assert receipt(phone).code in first


def test_typed_text_survives_a_reload(new_page: NewPage, system: System) -> None:
    phone = new_page(PHONE)
    phone.goto(system.listed("/d/"))
    phone.get_by_label("您想反映什么").fill("草稿：楼顶漏水，下雨天接三个盆。")
    phone.get_by_label("在什么地方").fill("二号楼六楼")
    phone.get_by_label("手机号").fill("13800000222")
    phone.reload()
    expect(phone.get_by_label("您想反映什么")).to_have_value("草稿：楼顶漏水，下雨天接三个盆。")
    see(phone, "已恢复上次没有提交的内容")
    expect(phone.get_by_label("手机号")).to_have_value("")
    phone.get_by_label("我看过并同意").check()
    send(phone)
    receipt(phone)
    phone.goto(system.listed("/d/"))
    expect(phone.get_by_label("您想反映什么")).to_have_value("")


def test_press_without_connection_keeps_the_text_and_says_so(new_page: NewPage, system: System) -> None:
    phone = new_page(PHONE)
    phone.goto(system.listed("/d/"))
    fill_opinion(phone, "地下车库进水，水泵不响。")
    phone.context.set_offline(True)
    send(phone)
    see(phone, "网络断开了，写下的内容还在")
    expect(phone.get_by_label("您想反映什么")).to_have_value("地下车库进水，水泵不响。")
    phone.context.set_offline(False)
    send(phone)
    track(phone, receipt(phone).link, "地下车库进水")


def test_answer_that_comes_late_does_not_cover_the_newer_one(new_page: NewPage, system: System) -> None:
    phone, held = new_page(PHONE), dict[str, Route]()
    phone.route("**/near/", lambda route: held.update({_asked(route): route}))
    phone.goto(system.listed("/p/"))
    for text in ("南门路灯不亮，晚上很黑。", "北门下水道堵了，污水往外冒。"):
        phone.get_by_label("您想反映什么").fill(text)
        while text[:2] not in held:  # the route's callback runs only while the page waits
            phone.wait_for_timeout(50)
    near = phone.locator("[data-alike]")
    held["北门"].fulfill(body="北门也有人反映")
    expect(near).to_have_text("北门也有人反映")
    with phone.expect_event("requestfinished", lambda request: request == held["南门"].request):
        held["南门"].fulfill(body="南门也有人反映")
    phone.wait_for_timeout(100)
    expect(near).to_have_text("北门也有人反映")


def _asked(route: Route) -> str:
    """Of which of the two gates a question is."""
    return "南门" if "南门" in (route.request.post_data or "") else "北门"
