"""Who may come in: the lock, the first password, the second factor, and the idle limit."""

import base64

from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, IDLE_MINUTES, AtDesk, NewPage
from tests.journeys.people import see, sign_in
from tests.support.system import DEMO_PASSWORD, System

REST = """
from importlib import import_module
from django.conf import settings
store = import_module(settings.SESSION_ENGINE).SessionStore("{key}")
store["seen"] -= {minutes} * 60 + 1
store.save()
"""
"""Nobody rests twenty minutes for a test: the session was last used so long ago."""


def test_five_wrong_passwords_lock_and_the_security_officer_unlocks(new_page: NewPage) -> None:
    page = new_page(DESK)
    for _try in range(4):
        sign_in_wrongly(page, "street05", "Wrong-pass-1")
        see(page, "登录工作台")
    sign_in_wrongly(page, "street05", "Wrong-pass-1")
    see(page, "暂时不能登录", "连续 5 次")
    sign_in_wrongly(page, "street05", DEMO_PASSWORD)
    see(page, "暂时不能登录")

    security = new_page(DESK)
    sign_in_as_administrator(security, "security")
    security.goto("/desk/security/")
    see(security, "street05", "解除锁定")
    security.get_by_role("row", name="street05").get_by_role("button", name="解除锁定").click()
    see(security, "现在没有锁定的账号")
    sign_in(page, "street05")
    see(page, "等我处理")


def sign_in_wrongly(page: Page, username: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()


def sign_in_as_administrator(page: Page, username: str) -> None:
    """With the second factor, which is bound at the first sign-in."""
    sign_in(page, username)
    see(page, "绑定第二重验证")
    page.get_by_text("扫不了码，手工输入").click()
    key = page.locator("details .code").inner_text().replace(" ", "")
    token = TOTP(base64.b32decode(key + "=" * (-len(key) % 8))).token()
    page.get_by_role("textbox").fill(f"{token:06}")
    page.get_by_role("button", name="完成绑定").click()
    expect(page.get_by_role("heading", name="绑定第二重验证")).to_have_count(0)


def test_reset_password_must_be_changed_at_once(new_page: NewPage) -> None:
    admin = new_page(DESK)
    sign_in_as_administrator(admin, "sysadmin")
    admin.goto("/desk/accounts/?q=office05-head")
    see(admin, "office05-head")
    admin.locator("[data-open]").first.click()
    see(admin, "重置后生成临时密码")
    admin.get_by_role("button", name="重置密码").click()
    see(admin, "临时密码只显示这一次")
    temporary = admin.locator("#temporary").inner_text()

    head = new_page(DESK)
    sign_in(head, "office05-head", temporary)
    see(head, "请先设置自己的密码")
    head.goto("/desk/")
    see(head, "请先设置自己的密码")
    _change_password(head, temporary, "12345")
    see(head, "请先设置自己的密码", "处需要改一下")
    _change_password(head, temporary, "青瓦白墙-2026-春")
    see(head, "等我处理")


def _change_password(page: Page, old: str, new: str) -> None:
    for field, value in (("old_password", old), ("new_password", new), ("again", new)):
        page.locator(f"[name={field}]").fill(value)
    page.get_by_role("button", name="保存新密码").click()


def test_rest_ends_the_session_and_returns_to_the_same_page(at_desk: AtDesk, system: System) -> None:
    page = at_desk("street07")
    page.goto("/desk/roster/")
    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid")
    system.manage("shell", "-c", REST.format(key=key, minutes=IDLE_MINUTES))
    page.reload()
    see(page, f"您有 {IDLE_MINUTES} 分钟没有操作")
    page.get_by_label("用户名").fill("street07")
    page.get_by_label("密码").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="代表名册")).to_be_visible()
