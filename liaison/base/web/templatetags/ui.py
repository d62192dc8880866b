"""Template tags of the components; see docs/components.md and /desk/gallery/."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import template
from django.db.models import Model
from django.forms import BaseForm, BoundField, CheckboxInput, RadioSelect
from django.template import Context
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from liaison.base.phrases import aside as _aside
from liaison.base.phrases import listing as _listing
from liaison.base.privacy import mask_phone as masked
from liaison.base.web.parts import Event, Line, Stage, Tab, Thumb
from liaison.base.web.toasts import UNDO
from liaison.base.workdays.arithmetic import Light, local_today, workdays_between
from liaison.base.workdays.explain import how_far
from liaison.base.workdays.queries import current_calendar

register = template.Library()
MARKS = {
    "neutral": "circle",
    "active": "circle-fill",
    "wait": "pause-fill",
    "good": "check",
    "warn": "half",
    "bad": "cross",
}
"""Shape that stands beside the colour of a status."""


@lru_cache(maxsize=512)
def _icon_svg(name: str, size: int) -> str:
    svg = render_to_string(f"bs_icon/{name}.svg", {"height": size}).strip()
    return svg.replace("<svg ", f'<svg width="{size}" aria-hidden="true" focusable="false" ', 1)


@register.filter
def listing(parts: Iterable[Any]) -> str:
    """The parts of a list as one text: `{{ page.groups|listing }}`."""
    return _listing(parts)


@register.filter
def aside(name: object, note: object) -> str:
    """A name with a note in brackets, or the bare name: `{{ street.name|aside:street.phone }}`."""
    return _aside(name, note) if note else str(name)


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


@register.inclusion_tag("components/_light.html")
def light(value: Any, reason: str = "") -> dict[str, Any]:
    """A light as shape and word. `value`: "green|yellow|red", a Light, or an object with `.light`."""
    held = getattr(value, "light", value)
    held = held() if callable(held) else held
    found = Light(held) if held in Light.values else None
    return {"light": found, "reason": reason or getattr(value, "light_reason", "")}


@register.inclusion_tag("components/_status.html")
def status(value: Any, label: Any = "", tone: str = "") -> dict[str, Any]:
    """A state badge. `value`: an enum member, a model instance with `get_status_display()`, or text."""
    if isinstance(value, Model):
        label = label or value.get_status_display()  # type: ignore[attr-defined]
        tone = tone or getattr(value, "status_tone", "")
    label = label or getattr(value, "label", value)
    tone = tone or getattr(value, "tone", "") or "neutral"
    return {"label": label, "tone": tone, "mark": MARKS.get(tone, "circle")}


def _local_date(value: date | datetime) -> date:
    return local_today(value) if isinstance(value, datetime) else value


def _full(value: date | datetime) -> str:
    """The full date, with the time of day where there is one."""
    if isinstance(value, datetime):
        return format_date(timezone.localtime(value), pgettext("full date and time", "Y年n月j日 l H:i"))
    return format_date(value, pgettext("full date", "Y年n月j日 l"))


@register.inclusion_tag("components/_days_off.html", takes_context=True)
def days_off(context: Context, due: date | datetime | None) -> dict[str, Any]:
    """How far off a limit is, in working days, opening into the full date. `today` of the context is honoured."""
    if due is None:
        return {"due": None}
    day, today = _local_date(due), context.get("today") or local_today(timezone.now())
    calendar = current_calendar()
    left = workdays_between(calendar, today, day)
    tone = "bad" if day < today else "warn" if left <= 1 else ""
    return {
        "due": due,
        "far": how_far(calendar, day, today),
        "full": _full(due),
        "tone": tone,
        "provisional": calendar.is_provisional(day),
        "machine": due.isoformat(),
    }


@register.simple_tag
def when(moment: date | datetime | None) -> SafeString | str:
    """A short date (time today, day this year, else with the year); the full one stands in the title."""
    if moment is None:
        return "—"
    today = local_today(timezone.now())
    day = _local_date(moment)
    if isinstance(moment, datetime) and day == today:
        text = _("今天 %s") % format_date(timezone.localtime(moment), "H:i")
    elif isinstance(moment, datetime) and day.year == today.year:
        text = format_date(timezone.localtime(moment), pgettext("this year's date and time", "n月j日 H:i"))
    else:
        this_year = pgettext("this year's date", "n月j日")
        text = format_date(day, this_year if day.year == today.year else pgettext("date", "Y年n月j日"))
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), _full(moment), text)


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
