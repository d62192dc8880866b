"""The history of a proposal or a note as the page shows it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from liaison.base.audit.models import Event
from liaison.base.audit.verbs import verb_words
from liaison.base.codes import grouped, is_code
from liaison.base.web import parts


def told(events: Iterable[Event]) -> list[parts.Event]:
    """Events in words; an opinion is named by its code."""
    return [parts.Event(at=row.at, title=_title(row), by=row.actor, text=row.reason) for row in events]


def _title(event: Event) -> str:
    body = str(event.data.get("body", ""))
    label = str(verb_words(event.verb))
    if not body:
        return label
    return _("%(what)s：%(body)s") % {"what": label, "body": grouped(body) if is_code(body) else body}
