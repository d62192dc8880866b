"""Tags of the components."""

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.db.models import TextChoices
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.safestring import mark_safe

from liaison.base.jobs.models import Job, JobStatus
from liaison.base.stamps import bump
from liaison.base.web.forms import ReadyChoices
from liaison.base.web.parts import Event, Line, Stage, Tab, Thumb
from liaison.base.web.templatetags.ui import MARKS
from liaison.base.workdays.arithmetic import Light
from liaison.base.workdays.models import CalendarDay, CalendarYear
from liaison.base.workdays.queries import STAMP

FRIDAY = date(2026, 11, 20)
EVIL = "<img src=x onerror=alert(1)>"


def show(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def text_of(html: str) -> str:
    """The words alone, with single spaces."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


class Turned(list[Any]):
    """The face of a KeysetPage."""

    next_cursor = previous_cursor = ""


def turn(request: HttpRequest, next_cursor: str = "") -> str:
    """The pager of a first page."""
    page = Turned()
    page.next_cursor = next_cursor
    return show("{% pager page %}", request=request, page=page)


class Colour(TextChoices):
    PLAIN = "plain", "平常"


@pytest.mark.parametrize(("value", "shape"), [("green", "circle"), ("yellow", "M6 .8"), ("red", "M3.600")])
def test_light_has_a_word_and_a_shape_of_its_own(value: str, shape: str) -> None:
    html = show("{% light value %}", value=value)
    assert str(Light(value).label) in html
    assert shape in html


@pytest.mark.parametrize("value", [Light.RED, SimpleNamespace(light=Light.RED), SimpleNamespace(light=lambda: "red")])
def test_light_takes_a_member_or_whatever_carries_one(value: Any) -> None:
    assert "light-red" in show("{% light value %}", value=value)


@pytest.mark.parametrize("value", [None, "", "purple", SimpleNamespace(light=None)])
def test_no_light_shows_nothing(value: Any) -> None:
    assert text_of(show("{% light value %}", value=value)) == ""


def test_light_tells_its_reason() -> None:
    assert "超期 2 个工作日" in show("{% light 'red' reason=why %}", why="超期 2 个工作日")


def test_status_takes_label_and_tone_from_its_enum() -> None:
    html = show("{% status value %}", value=JobStatus.FAILED)
    assert "失败" in html
    assert "badge-bad" in html


def test_status_of_a_row_speaks_the_language_of_each_page() -> None:
    job = Job(status=JobStatus.FAILED)
    words = []
    for language in ("zh-hans", "en", "zh-hans"):
        with translation.override(language):
            words.append((text_of(show("{% status job %}", job=job)), str(JobStatus.FAILED.label)))
    assert all(shown == label for shown, label in words)
    assert len(set(words)) == len({"zh", "en"})


def test_status_of_a_row_follows_the_row() -> None:
    assert show("{% status a %}", a=Job(status=JobStatus.DONE)) != show(
        "{% status a %}", a=Job(status=JobStatus.FAILED)
    )


def test_what_was_drawn_as_markup_is_not_lent_to_what_was_typed() -> None:
    assert EVIL in show("{% status word %}", word=mark_safe(EVIL))
    assert EVIL not in show("{% status word %}", word=EVIL)


def test_status_without_a_tone_is_neutral() -> None:
    assert "badge-neutral" in show("{% status value %}", value=Colour.PLAIN)


def test_status_takes_plain_text_and_escapes_it() -> None:
    assert escape(EVIL) in show("{% status value tone='warn' %}", value=EVIL)


def test_every_tone_has_a_shape_of_its_own() -> None:
    shapes = [show("{% status 'x' tone=tone %}", tone=tone).split("</svg>")[0].split(">", 2)[2] for tone in MARKS]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due", "words", "tone"),
    [
        (date(2026, 11, 25), "还剩 3 个工作日", ""),
        (date(2026, 11, 23), "还剩 1 个工作日", "due-warn"),
        (FRIDAY, "今天到期", "due-warn"),
        (date(2026, 11, 18), "已超期 2 个工作日", "due-bad"),
        (datetime(2026, 11, 24, 16, tzinfo=UTC), "还剩 3 个工作日", ""),
    ],
)
def test_limit_says_how_far_off_it_is(due: date, words: str, tone: str) -> None:
    html = show("{% days_off due %}", due=due, today=FRIDAY)
    assert words in html
    assert tone in html
    assert "2026年11月" in html


@pytest.mark.django_db
def test_limit_in_a_year_without_a_list_says_so() -> None:
    CalendarYear.objects.create(year=2026, imported_at=timezone.now())
    assert "尚未公布" in show("{% days_off due %}", due=date(2027, 1, 4), today=FRIDAY)
    assert "尚未公布" not in show("{% days_off due %}", due=date(2026, 12, 4), today=FRIDAY)


@pytest.mark.django_db
def test_limit_is_reckoned_anew_by_another_calendar_and_day() -> None:
    due = date(2026, 11, 27)
    before = show("{% days_off due %}", due=due, today=FRIDAY)
    year = CalendarYear.objects.create(year=2026, imported_at=timezone.now())
    CalendarDay.objects.create(listed_in=year, date=date(2026, 11, 24), is_off=True, name="节")
    bump(STAMP)
    after = show("{% days_off due %}", due=due, today=FRIDAY)
    later = show("{% days_off due %}", due=due, today=date(2026, 11, 25))
    assert "还剩 5 个" in before
    assert "还剩 4 个" in after
    assert "还剩 2 个" in later


def test_no_limit_says_so() -> None:
    assert "未设时限" in show("{% days_off due %}", due=None)


def test_when_is_short_and_keeps_the_full_date_in_its_title() -> None:
    html = show("{% when moment %}", moment=datetime(2024, 2, 28, 17, 30, tzinfo=UTC))
    assert text_of(html) == "2024年2月29日"
    assert "2024年2月29日 星期四 01:30" in html
    assert text_of(show("{% when moment %}", moment=None)) == "—"


def test_when_of_today_is_the_time() -> None:
    now = timezone.now()
    assert text_of(show("{% when now %}", now=now)) == f"今天 {timezone.localtime(now):%H:%M}"


def test_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in show("{% icon 'bell' %}")
    assert "消息" in show("{% icon 'bell' label='消息' %}")
    assert escape(EVIL) in show("{% icon 'bell' label=evil %}", evil=EVIL)


def test_stages_say_their_state_in_words() -> None:
    steps = [Stage("点单", "done"), Stage("接单", "current"), Stage("领单", "stopped"), Stage("验单")]
    words = text_of(show("{% stages steps %}", steps=steps))
    assert [word in words for word in ("已完成", "进行中", "已停止", "未开始")] == [True] * 4


def test_exactly_the_current_stage_is_marked_for_screen_readers() -> None:
    html = show("{% stages steps %}", steps=[Stage("点单", "done"), Stage("接单", "current"), Stage("领单")])
    assert html.count('aria-current="step"') == 1


def test_internal_line_is_told_from_one_that_the_resident_sees() -> None:
    now = timezone.now()
    html = show("{% conversation lines %}", lines=[Line(now, "甲", "一"), Line(now, "乙", "二", internal=True)])
    assert html.count("群众可见") == 1
    assert html.count("内部，群众看不到") == 1


def test_what_people_typed_is_escaped_everywhere() -> None:
    now = timezone.now()
    parts = {
        "lines": [Line(now, EVIL, EVIL, EVIL, thumbs=[Thumb("/f", EVIL)])],
        "events": [Event(now, EVIL, EVIL, EVIL, thumbs=[Thumb("/f", EVIL, "/p")])],
        "steps": [Stage(EVIL, who=EVIL, text=EVIL)],
        "tabs": [Tab(EVIL, "/?a=1&b=2", EVIL)],
    }
    source = "{% conversation lines %}{% timeline events %}{% stages steps %}{% tabs tabs %}{% empty_state evil evil %}"
    html = show(source, evil=EVIL, **parts)
    assert "<img src=x" not in html


def test_thumb_without_preview_shows_its_name_and_size() -> None:
    words = text_of(show("{% thumbs files %}", files=[Thumb("/f", "纪要.pdf", size=2048)]))
    assert words.replace("\xa0", " ") == "纪要.pdf 2.0 KB"


def test_pager_keeps_the_rest_of_the_query(rf: RequestFactory) -> None:
    html = turn(rf.get("/?q=路灯&page=old"), next_cursor="n")
    assert "?q=%E8%B7%AF%E7%81%AF&amp;page=n" in html
    assert "上一页" not in html


def test_single_page_needs_no_pager(rf: RequestFactory) -> None:
    assert turn(rf.get("/")).strip() == ""


def test_summary_leads_to_each_field_and_counts() -> None:
    class Two(forms.Form):
        name = forms.CharField(label="姓名")
        kind = forms.ChoiceField(label="类别", choices=[("a", "甲")], widget=forms.RadioSelect)

    html = show("{% error_summary form %}", form=Two({}))
    assert "有 2 处需要改一下" in html
    assert 'href="#id_name"' in html
    assert 'href="#id_kind_0"' in html


def test_phone_is_masked() -> None:
    assert show("{{ phone|mask_phone }}", phone="13800005678") == "138****5678"


def test_summary_says_one_sentence_for_all_hidden_fields() -> None:
    class Carried(forms.Form):
        first = forms.ChoiceField(choices=[("a", "甲")], widget=forms.HiddenInput)
        second = forms.ChoiceField(choices=[("a", "甲")], widget=forms.HiddenInput)
        name = forms.CharField(label="姓名")

    html = show("{% error_summary form %}", form=Carried({"first": "x", "second": "y", "name": "张三"}))
    assert html.count("这一页自带的内容不完整") == 1
    assert "列出的选项" not in html
    named = show("{% error_summary form %}", form=Carried({"first": "a", "second": "a"}))
    assert "这一页自带的内容不完整" not in named
    assert "姓名" in named


class Narrow(forms.Form):
    """A filter whose second field has choices of its own for each reader."""

    q = forms.CharField(label="搜索", required=False)
    street = forms.ChoiceField(label="街道", required=False)
    since = forms.DateField(required=False)

    def __init__(self, data: Any, *streets: str) -> None:
        super().__init__(data)
        self.fields["street"].choices = ReadyChoices([("", "不限"), *((one, one) for one in streets)])  # type: ignore[attr-defined]


@pytest.mark.parametrize("data", [{}, {"q": EVIL}, {"street": "东街"}, {"since": "never"}])
@pytest.mark.parametrize("streets", [("东街", "西街"), ("南街",)])
def test_filter_field_is_drawn_as_any_field(data: dict[str, str], streets: tuple[str, ...]) -> None:
    form = Narrow(data, *streets)
    for name in form.fields:
        assert show("{% filter_field bound %}", bound=form[name]) == show("{% field bound %}", bound=form[name])


@pytest.mark.parametrize("name", ["desk:matter", "handling:answer"])
def test_address_by_code_is_that_of_the_page(name: str) -> None:
    assert show("{{ code|at:name }}", code="23456789AB", name=name) == reverse(name, args=["23456789AB"])


def test_filled_text_is_escaped() -> None:
    assert show("{{ '选中 {}'|filled:code }}", code=EVIL) == f"选中 {escape(EVIL)}"
