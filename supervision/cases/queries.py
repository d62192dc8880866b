"""What all of supervision knows of one matter, a part for each capability."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deputies.accounts.models import User
from opinions.matters.models import Matter
from supervision.escalation import queries as escalation
from supervision.inspections import queries as inspections
from supervision.orders import queries as orders
from supervision.programme import queries as programme
from supervision.quality import queries as quality
from supervision.revisits import queries as revisits


@dataclass(frozen=True)
class Section:
    """A part of the panel: its fragment, and what `about` it shows."""

    template: str
    about: Any


About = Callable[[Matter, User], Any]
SECTIONS: tuple[tuple[str, About], ...] = (
    ("supervision/escalation/_matter.html", escalation.about),
    ("supervision/quality/_matter.html", quality.about),
    ("supervision/revisits/_matter.html", revisits.about),
    ("supervision/orders/_matter.html", orders.about),
    ("supervision/programme/_matter.html", programme.about),
    ("supervision/inspections/_matter.html", inspections.about),
)
"""Fragment and query of each capability, in the order in which they stand; a part that has nothing is left out."""


def sections(matter: Matter, user: User) -> list[Section]:
    """The parts that have something to tell `user`; the fragment finds it as `about`, with `matter` beside it."""
    found = (Section(template, about(matter, user)) for template, about in SECTIONS)
    return [section for section in found if section.about]
