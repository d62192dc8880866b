"""What people do on the screen, in the screen's own words, so that a journey reads as a story."""

import io
import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import zxingcpp
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.accessibility import assert_accessible
from tests.support.system import DEMO_PASSWORD


@dataclass(frozen=True)
class Receipt:
    """What a resident takes home: the tracking code without dashes, and the private link."""

    code: str
    link: str


def sign_in(page: Page, username: str, password: str = DEMO_PASSWORD) -> None:
    """Sign in by the form, and land where one is sent."""
    page.goto("/accounts/login/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="登录工作台")).to_have_count(0)


def photo(seed: int = 1) -> FilePayload:
    """A photo as a telephone takes it."""
    rng = random.Random(seed)
    image = Image.new("RGB", (640, 480), (rng.randrange(256), rng.randrange(256), rng.randrange(256)))
    held = io.BytesIO()
    image.save(held, "JPEG")
    return {"name": f"IMG_{seed:04}.jpg", "mimeType": "image/jpeg", "buffer": held.getvalue()}


def coming_day(days: int) -> str:
    """The date so many days from today, as a date field takes it."""
    return f"{datetime.now(ZoneInfo('Asia/Shanghai')).date() + timedelta(days=days)}"


def fill_opinion(page: Page, text: str, *, phone: str = "", category: str = "") -> None:
    """Fill in the resident's form as far as it is needed, and agree."""
    page.get_by_label("您想反映什么").fill(text)
    if phone:
        page.get_by_label("手机号").fill(phone)
        page.get_by_label("可以打这个电话问我详情").check()
    if category:
        page.get_by_text("还可以补充（都可不填）").click()
        page.get_by_label("属于哪一类").select_option(category)
    page.get_by_label("我看过并同意个人信息的使用说明").check()


def send(page: Page) -> None:
    """Press the button of the form."""
    page.get_by_role("button", name="提交", exact=True).click()


def report(page: Page, address: str, text: str, **more: str) -> Receipt:
    """Report something at a plaque's address."""
    page.goto(address)
    fill_opinion(page, text, **more)
    send(page)
    return receipt(page)


def receipt(page: Page) -> Receipt:
    """What the page after submitting gives."""
    expect(page.get_by_role("heading", name="已经收到，谢谢您")).to_be_visible()
    code, link = page.locator("#code").inner_text(), page.locator("#link").text_content() or ""
    return Receipt(code=code.replace("-", ""), link=link.strip())


def read_code(page: Page, image: Locator) -> str:
    """What the QR symbol of an image says to a reader."""
    answer = page.request.get(image.get_attribute("src") or "")
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.body())))
    assert len(found) == 1, f"{len(found)} symbols in {answer.url}"
    return found[0].text


def see(page: Page, *words: str) -> None:
    """The page shows these words, and is accessible as it stands."""
    for word in words:
        expect(page.get_by_text(word).filter(visible=True).first).to_be_visible()
    assert_accessible(page)


def open_matter(page: Page, code: str) -> None:
    """Go to a matter's page at the desk."""
    page.goto(f"/desk/matters/{code}/")


def choose(page: Page, verb: str) -> Locator:
    """Press a verb of the matter on the page, beside the title or below 更多; its form comes as a dialog."""
    actions = page.locator(".page-head .actions")
    link, more = actions.get_by_role("link", name=verb, exact=True), actions.get_by_text("更多", exact=True)
    expect(link.or_(more).filter(visible=True).first).to_be_visible()
    if not link.is_visible():
        more.click()
    link.click()
    form = page.locator("#dialog .dialog-body")
    expect(form.get_by_role("heading", name=verb)).to_be_visible()
    return form


def press(form: Locator, button: str, said: str = "") -> None:
    """Press the button of a dialog; what comes of it is said at the edge of the page."""
    form.get_by_role("button", name=button, exact=True).click()
    expect(form.page.locator("#dialog")).to_be_hidden()
    if said:
        expect(form.page.locator("#toasts")).to_contain_text(said)


def do(page: Page, verb: str, said: str = "", button: str = "", **fields: Any) -> None:
    """Choose a verb, fill in its fields by label, and press its button."""
    form = choose(page, verb)
    for label, value in fields.items():
        form.get_by_label(label).fill(value)
    press(form, button or verb, said)


def track(page: Page, link: str, *words: str) -> None:
    """Open the private link; the page shows these words."""
    page.goto(link)
    see(page, "办理进度", *words)


def rate(page: Page, link: str, satisfied: str, solved: str, *reasons: str, comment: str = "") -> None:
    """Go from the private link to the rating, and rate."""
    page.goto(link)
    page.get_by_role("link", name="我来评价").click()
    page.get_by_role("radio", name=satisfied, exact=True).check()
    page.get_by_role("radio", name=solved, exact=True).check()
    for reason in reasons:
        page.get_by_label(reason).check()
    if comment:
        page.get_by_label(re.compile("还想说的")).fill(comment)
    assert_accessible(page)
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_role("heading", name="谢谢您的评价")).to_be_visible()
