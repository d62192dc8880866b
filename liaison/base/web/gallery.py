"""Sample data of the gallery page: invented names only."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.base.web.forms import DayField, MultiFileField, PhoneField
from liaison.base.web.parts import Event, Line, Stage, Tab, Thumb
from liaison.base.workdays.arithmetic import Light, local_today

TONES = (
    ("neutral", _("已提交")),
    ("active", _("办理中")),
    ("wait", _("待群众补充")),
    ("good", _("已办结")),
    ("warn", _("已退回")),
    ("bad", _("返工重办")),
)
ACCENTS = (("btn-primary", _("提交")), ("", _("转交")), ("btn-quiet", _("取消")), ("btn-danger", _("不予受理")))


class SampleForm(forms.Form):
    """Every kind of field once."""

    title = forms.CharField(
        label=_("发生了什么"), help_text=_("写清楚什么事、在哪里、有多久了。"), widget=forms.Textarea
    )
    place = forms.CharField(label=_("在什么地方"), max_length=60)
    phone = PhoneField(label=_("联系电话"), required=False, help_text=_("只有承办人员能看到，用来告诉您结果。"))
    category = forms.ChoiceField(
        label=_("属于哪一类"),
        required=False,
        choices=[("", _("由工作人员判断")), ("1", _("城建城管")), ("2", _("交通出行")), ("3", _("社区治理"))],
    )
    seen_on = DayField(label=_("发现日期"), required=False)
    name_kind = forms.ChoiceField(
        label=_("怎样称呼您"),
        widget=forms.RadioSelect,
        choices=[("anonymous", _("匿名")), ("named", _("留下姓名"))],
    )
    channels = forms.MultipleChoiceField(
        label=_("通过什么告诉您结果"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("sms", _("短信")), ("call", _("电话")), ("page", _("只在查询页看"))],
    )
    photos = MultiFileField(label=_("照片"), required=False, help_text=_("最多 6 张。"))
    consent = forms.BooleanField(label=_("我已阅读并同意个人信息的使用说明"))


class SamplePage(list[Any]):
    """A page in the middle of a list."""

    previous_cursor = "a"
    next_cursor = "b"


def _forms() -> dict[str, forms.Form]:
    fresh = SampleForm(prefix="fresh")
    fresh.fields["photos"].widget.attrs["data-photos"] = ""
    wrong = SampleForm({"wrong-title": "", "wrong-place": "云溪路 12 号", "wrong-phone": "12345"}, prefix="wrong")
    wrong.is_valid()
    return {"form": fresh, "wrong": wrong, "filter": SampleForm(prefix="filter")}


def _stages(now: datetime) -> list[Stage]:
    return [
        Stage(_("点单"), "done", _("您"), now - timedelta(days=6), _("已提交")),
        Stage(_("接单"), "done", _("云溪街道人大工委"), now - timedelta(days=5), _("已接单，按城建城管类办理")),
        Stage(_("领单"), "current", _("区城市管理局"), now - timedelta(days=4), _("正在办理，12月1日前答复")),
        Stage(_("验单")),
    ]


def _thumbs() -> list[Thumb]:
    picture = "/static/img/mark.svg"
    return [
        Thumb(picture, "路面.jpg", picture),
        Thumb(picture, "井盖.jpg", picture),
        Thumb("#", "会议纪要.pdf", size=183_000),
    ]


def _events(now: datetime) -> list[Event]:
    return [
        Event(
            now - timedelta(hours=2), _("退回"), "区城市管理局 · 示例二", _("该路段由区交通局管养，建议改派。"), "warn"
        ),
        Event(now - timedelta(days=3), _("签收"), "区城市管理局 · 示例二", tone="active"),
        Event(
            now - timedelta(days=4),
            _("交办"),
            "云溪街道 · 示例三",
            _("主办：区城市管理局；协办：云溪社区。"),
            internal=True,
        ),
        Event(now - timedelta(days=400), _("提交"), _("群众"), tone="good", thumbs=_thumbs()[:1]),
    ]


def _lines(now: datetime) -> list[Line]:
    return [
        Line(
            now - timedelta(days=2),
            _("陈某某"),
            _("下雨后路面又下沉了，晚上很危险。"),
            _("反映人"),
            thumbs=_thumbs()[:2],
        ),
        Line(now - timedelta(days=1), "示例一", _("已到现场看过，围挡今天下午装好。"), _("人大代表"), mine=True),
        Line(now, "示例二", _("管线单位说要下周才能进场，请街道协调。"), _("区城市管理局"), internal=True),
    ]


def _rows(today: date) -> list[dict[str, Any]]:
    titles = (
        "云溪路人行道地砖下沉，雨天积水",
        "电动自行车充电棚不够，飞线充电",
        "12 路公交晚高峰间隔太长",
        "小区楼顶渗水三年未修",
    )
    offsets = (3, 0, -2, 12)
    lights = (Light.GREEN, Light.YELLOW, Light.RED, Light.GREEN)
    rows = enumerate(zip(titles, offsets, lights, strict=True), start=1)
    return [
        {
            "id": n,
            "code": f"YT2026-{n:05d}",
            "title": title,
            "street": "云溪街道",
            "holder": "区城市管理局",
            "due": today + timedelta(days=offset),
            "light": light,
            "status": TONES[n][1],
            "tone": TONES[n][0],
        }
        for n, (title, offset, light) in rows
    ]


def samples(request: HttpRequest) -> dict[str, Any]:
    """Context of the gallery."""
    now = timezone.now()
    tabs = [
        Tab(_("等我处理"), "#1", 12, True),
        Tab(_("我交办的"), "#2", 148),
        Tab(_("已超期"), "#3", 3),
        Tab(_("全部"), "#4", "1000+"),
    ]
    return {
        **_forms(),
        "accents": ACCENTS,
        "tones": TONES,
        "lights": list(Light),
        "stages_now": _stages(now),
        "thumb_files": _thumbs(),
        "events": _events(now),
        "lines": _lines(now),
        "rows": _rows(local_today(now)),
        "tab_items": tabs,
        "page": SamplePage(),
        "figures": (
            (_("本月收到"), 231, "#"),
            (_("已解决"), 148, "#"),
            (_("答复未解决"), 41, "#"),
            (_("超期"), 3, "#"),
        ),
    }
