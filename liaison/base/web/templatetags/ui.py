"""Template tags of the components; see docs/components.md and /desk/gallery/."""

from collections.abc import Iterable
from copy import deepcopy
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import template
from django.db.models import Model
from django.forms import BaseForm, BoundField, CheckboxInput, Form, RadioSelect
from django.template import Context
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from liaison.base.phrases import aside as _aside
from liaison.base.phrases import listing as _listing
from liaison.base.privacy import mask_phone as masked
from liaison.base.web.chrome import Entry, address, address_of, for_phone
from liaison.base.web.forms import ReadyChoices
from liaison.base.web.parts import Event, Line, Stage, Tab, Thumb
from liaison.base.web.toasts import UNDO
from liaison.base.workdays.arithmetic import Calendar, Light, local_today, workdays_between
from liaison.base.workdays.explain import how_far
from liaison.base.workdays.queries import current_calendar

register = template.Library()
register.simple_tag(address)
MARKS = {
    "neutral": "circle",
    "active": "circle-fill",
    "wait": "pause-fill",
    "good": "check",
    "warn": "half",
    "bad": "cross",
}
"""Shape that stands beside the colour of a status."""
LIGHTS = {one.value: one for one in Light}


@lru_cache(maxsize=512)
def _icon_svg(name: str, size: int) -> str:
    svg = render_to_string(f"bs_icon/{name}.svg", {"height": size}).strip()
    return svg.replace("<svg ", f'<svg width="{size}" aria-hidden="true" focusable="false" ', 1)


def _drawn(template: str, **given: Any) -> SafeString:
    """A small component that lists show again and again with few different values; `given` is all that it reads."""
    return _kept(template, get_language(), **given)


@lru_cache(maxsize=2048, typed=True)  # typed: text that may hold markup and text that may not are never one
def _kept(template: str, _language: str | None, **given: Any) -> SafeString:
    return render_to_string(template, given)


@register.filter
def listing(parts: Iterable[Any]) -> str:
    """The parts of a list as one text: `{{ page.groups|listing }}`."""
    return _listing(parts)


@register.filter
def aside(name: object, note: object) -> str:
    """A name with a note in brackets, or the bare name: `{{ street.name|aside:street.phone }}`."""
    return _aside(name, note) if note else str(name)


@register.filter
def filled(pattern: str, value: object) -> str:
    """A text of which `{}` stands for what differs from row to row: translated once, filled in for each."""
    return pattern.replace("{}", str(value))


@register.filter
def colon(label: object) -> str:
    """What stands between a label and what is said of it; a question ends by itself."""
    asks = str(label).endswith(("？", "?"))
    return " " if asks else pgettext("between a name and what is said of it", "：")


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """An inline SVG of the Bootstrap icons; silent for screen readers unless `label` is given."""
    svg = mark_safe(_icon_svg(name, size))  # noqa: S308 - our own template, no user text
    if not label:
        return svg
    return format_html('{}<span class="sr-only">{}</span>', svg, label)


@register.simple_tag
def light(value: Any, reason: str = "") -> SafeString:
    """A light as shape and word. `value`: "green|yellow|red", a Light, or an object with `.light`."""
    held = getattr(value, "light", value)
    held = held() if callable(held) else held
    found = LIGHTS.get(held)
    return _drawn("components/_light.html", light=found, reason=reason or getattr(value, "light_reason", ""))


@lru_cache(maxsize=512)
def _labels(model: type[Model], field: str, _language: str | None) -> dict[Any, str]:
    """The choices of a field in words; Django's `get_…_display` would walk through all of them for each row."""
    return {value: str(label) for value, label in model._meta.get_field(field).flatchoices}  # type: ignore[union-attr]


@register.filter
def said(row: Model, field: str) -> str:
    """A choice in words, as `get_…_display` gives it: `{{ clock|said:"kind" }}`."""
    value = getattr(row, field)
    return _labels(type(row), field, get_language()).get(value, value)


@register.simple_tag
def status(value: Any, label: Any = "", tone: str = "") -> SafeString:
    """A state badge. `value`: an enum member, a model instance with a `status` of choices, or text."""
    if isinstance(value, Model):
        label = label or said(value, "status")
        tone = tone or getattr(value, "status_tone", "")
    label = label or getattr(value, "label", value)
    tone = tone or getattr(value, "tone", "") or "neutral"
    return _drawn("components/_status.html", label=str(label), tone=tone, mark=MARKS.get(tone, "circle"))


def _local_date(value: date | datetime) -> date:
    return local_today(value) if isinstance(value, datetime) else value


class _Patterns(NamedTuple):
    """How days and moments are written, as patterns of Django's `date` filter."""

    full_time: str
    full: str
    near_time: str
    near: str
    far: str
    day: str


@lru_cache(maxsize=8)
def _patterns(_language: str | None) -> _Patterns:
    return _Patterns(
        full_time=pgettext("full date and time", "Y年n月j日 l H:i"),
        full=pgettext("full date", "Y年n月j日 l"),
        near_time=pgettext("this year's date and time", "n月j日 H:i"),
        near=pgettext("this year's date", "n月j日"),
        far=pgettext("date", "Y年n月j日"),
        day=_("n月j日"),
    )


@lru_cache(maxsize=4096)
def _day_words(day: date, pattern: str, _language: str | None) -> str:
    return format_date(day, pattern)


def _written(value: date | datetime, pattern: str, language: str | None) -> str:
    """A day, or a moment by a pattern that ends with "H:i"; the words for a day, which are costly, are kept."""
    if not isinstance(value, datetime):
        return _day_words(value, pattern, language)
    local = timezone.localtime(value)
    return f"{_day_words(local.date(), pattern.removesuffix('H:i'), language)}{local:%H:%M}"


def _full(value: date | datetime, language: str | None) -> str:
    """The full date, with the time of day where there is one."""
    patterns = _patterns(language)
    return _written(value, patterns.full_time if isinstance(value, datetime) else patterns.full, language)


@register.simple_tag(takes_context=True)
def days_off(context: Context, due: date | datetime | None) -> SafeString:
    """How far off a limit is, in working days, opening into the full date. `today` of the context is honoured."""
    if due is None:
        return _drawn("components/_days_off.html", due=None)
    return _off(due, context.get("today") or local_today(timezone.now()), current_calendar(), get_language())


@lru_cache(maxsize=2048)
def _off(due: date | datetime, today: date, calendar: Calendar, language: str | None) -> SafeString:
    day = _local_date(due)
    left = workdays_between(calendar, today, day)
    words = {
        "due": due.isoformat(),
        "far": how_far(calendar, day, today),
        "full": _full(due, language),
        "tone": "bad" if day < today else "warn" if left <= 1 else "",
        "provisional": calendar.is_provisional(day),
    }
    return render_to_string("components/_days_off.html", words)


@register.filter
def day(value: date | datetime | None) -> str:
    """A day without its year: `{{ clock.due_on|day }}`."""
    language = get_language()
    return "" if value is None else _day_words(_local_date(value), _patterns(language).day, language)


@register.simple_tag
def when(moment: date | datetime | None) -> SafeString | str:
    """A short date (time today, day this year, else with the year); the full one stands in the title."""
    return "—" if moment is None else _when(moment, local_today(timezone.now()), get_language())


@lru_cache(maxsize=4096)
def _when(moment: date | datetime, today: date, language: str | None) -> SafeString:
    day, patterns = _local_date(moment), _patterns(language)
    if isinstance(moment, datetime) and day == today:
        text = _("今天 %s") % _written(moment, "H:i", language)
    elif day.year == today.year:
        text = _written(moment, patterns.near_time if isinstance(moment, datetime) else patterns.near, language)
    else:
        text = _written(day, patterns.far, language)
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), _full(moment, language), text)


@register.inclusion_tag("components/_stages.html")
def stages(steps: Iterable[Stage], heading: str = "") -> dict[str, Any]:
    """The public stages, standing on a phone and lying on a desk."""
    return {"steps": list(steps), "heading": heading}


@register.inclusion_tag("components/_timeline.html")
def timeline(events: Iterable[Event]) -> dict[str, Any]:
    """A history, as given (newest first by custom)."""
    return {"events": list(events)}


@register.inclusion_tag("components/_conversation.html")
def conversation(lines: Iterable[Line]) -> dict[str, Any]:
    """A conversation; internal lines look and read differently from those that the resident sees."""
    return {"lines": list(lines)}


@register.inclusion_tag("components/_thumbs.html")
def thumbs(files: Iterable[Thumb]) -> dict[str, Any]:
    """Pictures and documents of a matter."""
    return {"files": list(files)}


@register.simple_tag
def entry(place: Entry) -> SafeString:
    """A link to a place of the frame, with its icon."""
    return _drawn(
        "components/_entry.html",
        url=place.url, icon=place.icon, label=str(place.label), count=str(place.count or ""), current=place.current,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def rail(context: Context) -> SafeString:
    """The places of the desk, drawn once for those who have the same ones."""
    return _places("components/_rail.html", tuple(context["chrome"].entries), get_language())


@register.simple_tag(takes_context=True)
def bottom_bar(context: Context) -> SafeString:
    """The same at the bottom of a phone."""
    return _places("components/_bottom_bar.html", tuple(context["chrome"].entries), get_language())


@lru_cache(maxsize=512)
def _places(template: str, entries: tuple[Entry, ...], _language: str | None) -> SafeString:
    first, more = for_phone(entries)
    return render_to_string(template, {"entries": entries, "first": first, "more": more})


@register.simple_tag
def drawn(template: str) -> SafeString:
    """A part of a page that reads nothing and says the same to everybody of one language."""
    return _drawn(template)


@register.filter
def at(code: str, name: str) -> str:
    """The address of a page of what has this code, as {% url %} would give it: `{{ matter.code|at:"desk:matter" }}`."""
    return address_of(name, code)


@register.inclusion_tag("components/_tabs.html")
def tabs(items: Iterable[Tab], label: str = "") -> dict[str, Any]:
    """Tabs that are plain links, with counts."""
    return {"items": list(items), "label": label or _("分类")}


@register.inclusion_tag("components/_pager.html", takes_context=True)
def pager(context: Context, page: Any, param: str = "page") -> dict[str, Any]:
    """Previous and next page of a KeysetPage; the rest of the query string stays."""
    query = context["request"].GET.copy()
    links = {}
    for name in ("previous", "next"):
        cursor = getattr(page, f"{name}_cursor")
        query[param] = cursor
        links[f"{name}_url"] = f"?{query.urlencode()}" if cursor else ""
    query.pop(param, None)
    return {**links, "first_url": f"?{query.urlencode()}", "shown": len(page)}


@register.inclusion_tag("components/_empty_state.html")
def empty_state(title: str, text: str = "", icon: str = "inbox", url: str = "", action: str = "") -> dict[str, Any]:
    """What will come here, and how."""
    return {"title": title, "text": text, "icon": icon, "url": url, "action": action}


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """One form field with label, help and errors."""
    return as_crispy_field(bound)


@register.simple_tag
def filter_field(bound: BoundField) -> SafeString:
    """A field above a list: the same for everybody while nothing is chosen, so that it is drawn once."""
    if bound.value() or bound.errors:
        return as_crispy_field(bound)
    choices = getattr(bound.field, "choices", None)
    rows = tuple(choices) if isinstance(choices, ReadyChoices) else ()
    return _blank_field(type(bound.form), bound.name, rows, get_language())  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def _blank_field(form: type[BaseForm], name: str, choices: tuple[Any, ...], _language: str | None) -> SafeString:
    """A field of `form` without a value; `choices` unless they are those of the class."""
    bare = Form()
    bare.fields[name] = held = deepcopy(form.base_fields[name])  # type: ignore[attr-defined]
    if choices:
        held.choices = choices
    return as_crispy_field(bare[name])


@register.inclusion_tag("components/_error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """All errors of a bound form, each linked to its field.

    Whatever is wrong with hidden fields, which nobody typed and nobody can correct, is one sentence.
    """
    bad = [bound for bound in form if bound.errors and not bound.is_hidden]
    hidden = any(bound.errors for bound in form.hidden_fields())
    broken = [_("这一页自带的内容不完整，请核对一下再提交一次；还不行，请刷新页面。")] if hidden else []
    return {"fields": bad, "general": [*dict.fromkeys(form.non_field_errors()), *broken]}


@register.filter
def error_target(bound: BoundField) -> str:
    """The id of the element that an error link should focus: the control, or the first choice of a list."""
    return bound.id_for_label or f"{bound.auto_id}_0"


@register.filter
def widget_kind(bound: BoundField) -> str:
    """How a field is laid out: choices (radio, check boxes), group (several controls), check or plain."""
    widget = bound.field.widget
    if isinstance(widget, RadioSelect):
        return "choices"
    if widget.use_fieldset:
        return "group"
    return "check" if isinstance(widget, CheckboxInput) else "plain"


@register.filter
def undo_url(message: Any) -> str:
    """The address that undoes what a message tells of; empty when nothing can be undone."""
    tag = message.extra_tags or ""
    return tag[len(UNDO) :] if tag.startswith(UNDO) else ""


@register.filter
def mask_phone(phone: str) -> str:
    """138****5678."""
    return masked(phone)


@register.filter
def file_size(size: int | None) -> str:
    """Bytes as KB or MB."""
    return "" if size is None else filesizeformat(size)
