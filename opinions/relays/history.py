"""The way of a matter in a few lines, for somebody above who was not there: bodies and dates, nobody's words."""

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from liaison.base.audit.models import Audience, Event
from liaison.base.audit.verbs import verb_words
from opinions.matters.models import Matter

MOST = 20


def summary_of(matter: Matter) -> str:
    """The public steps, one a line, the earliest first."""
    rows = Event.objects.filter(chain=matter.chain, audience=Audience.PUBLIC).order_by("-seq")[:MOST]
    return "\n".join(_line(row) for row in reversed(rows))


def _line(event: Event) -> str:
    day, what, body = f"{localdate(event.at):%Y-%m-%d}", verb_words(event.verb), event.data.get("body", "")
    return _("%(day)s %(what)s：%(body)s") % {"day": day, "what": what, "body": body} if body else f"{day} {what}"
