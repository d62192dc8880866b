"""The ledger of a deputy or a contact point in words, for a timeline."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Model, TextChoices
from django.utils.translation import gettext as _

from deputies.roster.models import PublicField
from liaison.base.audit.models import Event
from liaison.base.audit.verbs import verb_words
from liaison.base.phrases import listing
from liaison.base.web.parts import Event as Shown

Names = Mapping[str, str]
MOST = 30
"""Events shown on a page, the latest first."""
TONES = {
    "suspend": "warn", "end": "bad", "resume": "good", "renew": "good", "deputy.created": "good",
    "point.created": "good", "point.closed": "bad", "point.reopened": "good",
}  # fmt: skip


def history(chain: str, model: type[Model], listed: type[TextChoices] = PublicField) -> list[Shown]:
    """The latest events of a chain; `model` gives fields and choices their words, `listed` what stands in lists."""
    names = {choice.value: str(choice.label) for choice in listed}
    rows = Event.objects.filter(chain=chain).order_by("-seq")[:MOST]
    return [
        Shown(
            at=row.at,
            title=verb_words(row.verb),
            by=row.actor,
            text=_told(row, model, names),
            tone=TONES.get(row.verb, ""),  # type: ignore[arg-type]
        )
        for row in rows
    ]


def _told(event: Event, model: type[Model], names: Names) -> str:
    """What an event says beyond its verb: the reason, else what it was about."""
    if event.reason or event.verb.endswith(".created"):
        return event.reason
    return _("；").join(_lines(event.data, model, names))


def _lines(data: dict[str, Any], model: type[Model], names: Names) -> Iterator[str]:
    fields = {field.name: field for field in model._meta.get_fields() if hasattr(field, "verbose_name")}
    for key, value in data.items():
        if key in fields and isinstance(value, list) and len(value) == 2:
            old, new = (_value(fields[key], one, names) for one in value)
            yield _("%(field)s：%(old)s → %(new)s") % {"field": fields[key].verbose_name, "old": old, "new": new}
    for key in ("deputy", "point", "account", "helper", "number"):
        if isinstance(data.get(key), str):
            yield data[key]
    for key, words in (("since", _("自 %s")), ("until", _("至 %s"))):
        if data.get(key):
            yield words % data[key]
    if isinstance(data.get("from"), str) and data["from"]:
        yield f"{data['from'][:16].replace('T', ' ')} → {str(data['to'])[:16].replace('T', ' ')}"
    if isinstance(data.get("from"), list):
        yield f"{_list(data['from'], names)} → {_list(data['to'], names)}"


def _value(field: Any, value: Any, names: Names) -> str:
    """A value as people read it."""
    if isinstance(value, list):
        return _list(value, names)
    if isinstance(value, bool):
        return "…" if value else "–"
    choices = dict(getattr(field, "choices", None) or ())
    return str(choices.get(value, value)) if value not in (None, "") else "–"


def _list(values: list[Any], names: Names) -> str:
    return listing(names.get(one, one) for one in values) or "–"
