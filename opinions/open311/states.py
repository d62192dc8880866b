"""Words of GeoReport v2: kinds of attributes, and how our states read as open and closed.

A request is closed when nothing more happens to it, never because somebody answered: a reply is no solution and waits
for the resident's word (domain.md, rule 1).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from opinions.catalog.models import ClockKind
from opinions.matters.states import FINAL, OPEN


class Datatype(models.TextChoices):
    """Kinds of attributes, as the specification names them."""

    STRING = "string", _("一行文字")
    NUMBER = "number", _("数字")
    DATETIME = "datetime", _("日期和时间")
    TEXT = "text", _("多行文字")
    ONE_OF = "singlevaluelist", _("单选")
    SOME_OF = "multivaluelist", _("多选")


LISTS = (Datatype.ONE_OF, Datatype.SOME_OF)
STATES = {"open": OPEN, "closed": FINAL}
"""The two states of the specification. Drafts are in neither, and never shown."""
FULFILLING = (ClockKind.REPLY, ClockKind.PROMISE)
"""Limits whose last day may be told as the expected one; the others are for taking, signing, or the resident's."""
