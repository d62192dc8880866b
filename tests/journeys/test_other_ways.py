"""The other ways of a matter: handed on, returned, asked about, merged, declined, withdrawn, raised, relayed."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, AtDesk, NewPage
from tests.journeys.people import choose, coming_day, do, open_matter, photo, press, rate, report, see, track
from tests.support.system import System

A_WEEK_AGO = """
from opinions.clocks.models import Clock
from datetime import timedelta
for clock in Clock.objects.filter(matter__code="{code}", paused_on__isnull=False):
    clock.paused_on -= timedelta(days=7)
    clock.save(update_fields=["paused_on"])
"""
"""Nobody waits a week for a test: the resident was asked a week ago."""


def test_deputy_hands_on_and_a_department_returns(phone: Page, at_desk: AtDesk, system: System) -> None:
    mine = report(phone, system.listed("/d/"), "路口信号灯绿灯太短，老人走不到对面。", category="urban")
    deputy = at_desk("deputy", PHONE)
    open_matter(deputy, mine.code)
    form = choose(deputy, "转交")
    form.get_by_label("转交给").select_option(label="云汀区人大常委会栖云街道工作委员会")
    form.get_by_label("转交说明").fill("需要部门到现场，请街道协调，我会跟踪。")
    see(deputy, "居民会看到这段话")
    press(form, "转交", "已转交")

    street = at_desk("street")
    open_matter(street, mine.code)
    _take_and_assign(street)
    handler = at_desk("handler")
    open_matter(handler, mine.code)
    form = choose(handler, "退回")
    form.get_by_role("button", name="退回", exact=True).click()
    see(handler, "请选择退回的理由", "请写明退回的依据")
    form.get_by_role("radio").first.check()
    form.get_by_role("textbox", name="依据").fill("信号灯由交通运输部门管理。")
    form.get_by_label("建议由哪个单位办理（可选）").select_option(label="云汀区交通运输局")
    press(form, "退回", "已退回")

    open_matter(street, mine.code)
    see(street, "已退回", "信号灯由交通运输部门管理")
    form = choose(street, "交办")
    expect(form.get_by_text("退回单位建议：云汀区交通运输局")).to_be_visible()
    press(form, "交办", "已交办")
    traffic = at_desk("jt")
    open_matter(traffic, mine.code)
    do(traffic, "签收", "已签收")
    track(phone, mine.link, "云汀区交通运输局")


def test_resident_supplies_and_the_clock_pauses(phone: Page, at_desk: AtDesk, system: System) -> None:
    mine = report(phone, system.listed("/p/"), "小区附近下水道反味，做饭时最重。", category="urban")
    street, handler = at_desk("street"), at_desk("handler")
    open_matter(street, mine.code)
    _take_and_assign(street)
    open_matter(handler, mine.code)
    do(handler, "签收", "已签收")
    do(handler, "请居民补充", "等待补充", button="发给居民", 要居民补充什么="请问是几号楼？请拍一张照片。")
    see(handler, "待补充", "已暂停")
    system.manage("shell", "-c", A_WEEK_AGO.format(code=mine.code))

    track(phone, mine.link, "需要您补充情况", "请问是几号楼")
    asked = phone.locator("section.card", has_text="需要您补充情况")
    asked.get_by_role("button", name="送出补充").click()
    see(phone, "请写下要补充的情况，或者选择照片")
    asked = phone.locator("section.card", has_text="需要您补充情况")
    asked.get_by_label("要补充的情况").fill("五号楼东侧，傍晚最重。")
    asked.get_by_label("照片", exact=True).set_input_files([photo(3)])
    asked.get_by_role("button", name="送出补充").click()
    see(phone, "补充的内容已经送到")
    track(phone, mine.link, "五号楼东侧")

    open_matter(handler, mine.code)
    see(handler, "办理中", "五号楼东侧")
    expect(handler.locator(".thumbs img")).to_have_count(1)
    clock = handler.locator("aside details", has_text="办理答复").first
    clock.locator("summary").click()
    expect(clock.get_by_text("等居民补充期间暂停，顺延")).to_be_visible()
    see(handler, "还剩 12 个工作日")


def test_two_alike_are_merged_and_both_residents_follow(phone: Page, at_desk: AtDesk, system: System) -> None:
    text = "垃圾房早上没人清，味道大。"
    first = report(phone, system.listed("/p/"), text, category="urban")
    second = report(phone, system.listed("/p/"), f"{text}苍蝇也多。", category="urban")
    street = at_desk("street")
    open_matter(street, second.code)
    form = choose(street, "并案")
    form.get_by_role("radio", name=re.compile(text)).first.check()
    press(form, "并案", "已并案")
    see(street, "这件事已并入")
    open_matter(street, first.code)
    do(street, "接单", "已接单")
    track(phone, second.link, "已和同一件事合并办理", "已经接单")


def test_declined_resident_reads_where_to_go(phone: Page, at_desk: AtDesk, system: System) -> None:
    mine = report(phone, system.listed("/p/"), "我和房东的押金一直谈不拢，想请代表评理。")
    street = at_desk("street")
    open_matter(street, mine.code)
    form = choose(street, "不予受理")
    form.get_by_role("radio", name=re.compile("个人或家庭事务")).check()
    form.get_by_label("说明").fill("租房押金是合同双方的事，代表不能裁决。")
    form.get_by_label("居民可以到哪里反映").fill("栖云社区人民调解室，工作日 9:00–17:00。")
    press(form, "不予受理", "已告知居民")
    track(phone, mine.link, "为什么不能受理", "代表不能裁决", "栖云社区人民调解室")


def test_resident_withdraws(phone: Page, at_desk: AtDesk, system: System) -> None:
    mine = report(phone, system.listed("/d/"), "楼道灯不亮，请看一下。")
    phone.goto(mine.link)
    phone.get_by_text("我的个人信息、撤回").click()
    phone.get_by_role("button", name="撤回", exact=True).click()
    see(phone, "请勾选“确定撤回”")
    phone.get_by_label("撤回的原因").fill("物业刚刚修好了。")
    phone.get_by_label("确定撤回").check()
    phone.get_by_role("button", name="撤回", exact=True).click()
    see(phone, "您已经撤回")
    deputy = at_desk("deputy", PHONE)
    open_matter(deputy, mine.code)
    see(deputy, "已撤回", "物业刚刚修好了")


def test_raised_to_a_proposal_then_relayed(phone: Page, at_desk: AtDesk, system: System) -> None:
    mine = report(phone, system.listed("/p/"), "老人上下楼难，全街道的老楼都没有电梯。", category="community")
    street, district = at_desk("street"), at_desk("district")
    open_matter(street, mine.code)
    do(street, "接单", "已接单")
    form = choose(street, "转为代表建议")
    expect(form.get_by_label("建议标题")).to_have_value("关于老人上下楼难，全街道的老楼都没有电梯的建议")
    expect(form.get_by_role("textbox", name=re.compile("^情况"))).to_have_value(re.compile("没有电梯"))
    form.get_by_label("领衔代表").select_option(index=1)
    form.get_by_label("为什么转为建议").fill("全街道都有，一个部门解决不了。")
    see(street, "转为建议不等于解决")
    press(form, "建立建议草稿", "已转为代表建议草稿")
    street.get_by_role("link", name="关于老人上下楼难，全街道的老楼都没有电梯的建议").click()
    see(street, "来源事项", "领衔代表")
    track(phone, mine.link, "已由代表写成建议")

    open_matter(district, mine.code)
    form = choose(district, "上级代表接力")
    form.get_by_role("checkbox").first.check()
    form.get_by_label("为什么请上级代表接力").fill("资金要市里统筹。")
    press(form, "请上级代表接力", "已请上级代表接力")
    form = choose(district, "反馈结果")
    form.get_by_label("正文").fill("市里已列入明年老旧小区改造计划，第一批含本街道六栋楼。")
    form.get_by_label("D 留作参考或说明解释").check()
    press(form, "发给居民", "结果已告诉居民")
    rate(phone, mine.link, "基本满意", "解决了一部分")


def test_body_without_an_account_works_by_its_link(
    phone: Page, at_desk: AtDesk, new_page: NewPage, system: System
) -> None:
    mine = report(phone, system.listed("/p/"), "三单元楼道里堆着旧家具，轮椅过不去。", category="community")
    street = at_desk("street")
    open_matter(street, mine.code)
    do(street, "接单", "已接单")
    form = choose(street, "交办")
    form.get_by_label("主办单位").select_option(label="栖云社区居民委员会")
    press(form, "交办", "已交办")
    street.get_by_role("link", name="没有账号，凭链接办理").click()
    see(street, "群众反映事项交办函", "扫码即可签收和答复")
    body = new_page(PHONE)
    body.goto(street.get_by_text("/b/").inner_text())
    see(body, "旧家具", "签收")
    body.get_by_role("button", name="签收").click()
    see(body, "请填写责任人姓名")
    body.get_by_label("责任人").first.fill("社区网格员老周")
    body.get_by_role("button", name="签收").click()
    see(body, "已签收")
    body.get_by_role("textbox", name="正文").fill("旧家具已由社区联系住户清走，通道恢复。")
    body.get_by_role("radio").first.check()
    body.get_by_role("button", name="送交人大工委审签").click()
    see(body, "请至少写一项")
    body.get_by_label("问题").fill("楼道堆物")
    body.get_by_role("button", name="再加一项").click()
    expect(body.get_by_role("textbox", name="正文")).to_have_value(re.compile("通道恢复"))
    expect(body.get_by_label("问题").first).to_have_value("楼道堆物")
    see(body, "第 2 项")
    point = body.get_by_role("group", name="第 1 项")
    point.get_by_label("措施").fill("清走并张贴告示")
    point.get_by_label("责任人").fill("社区网格员老周")
    point.get_by_label("完成日期").fill(coming_day(1))
    body.get_by_role("button", name="送交人大工委审签").click()
    see(body, "答复已送审", "我们的答复")
    open_matter(street, mine.code)
    see(street, "通道恢复")


def _take_and_assign(street: Page) -> None:
    do(street, "接单", "已接单")
    press(choose(street, "交办"), "交办", "已交办")
