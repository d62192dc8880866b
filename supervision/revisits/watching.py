"""Ratings that are worth a look, with their evidence: read by day through an index, judged by `rules`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from deputies.accounts.models import SignInPlace, User
from deputies.organisations.models import Organisation
from deputies.organisations.queries import bodies
from liaison.base.phrases import listing
from opinions.evaluation.models import Rating
from opinions.matters.models import Matter, Satisfaction
from supervision.revisits.access import guarded
from supervision.revisits.models import Look, RatingFlag
from supervision.revisits.rules import Anomaly, Word, anomalies

MOST_RATINGS = 20_000
"""The newest ratings that are compared at once."""
MOST_NAMED = 3
"""Writers named in a heading; what concerns more is nobody's in particular."""
SPANS = (7, 30, 90)
"""Days back that can be looked at."""
READ = (
    "id", "at", "client_hash", "comment", "satisfaction", "reporter_id", "reporter__phone_index", "matter__code",
    "matter__title", "reply__issued_at", "reply__organisation_id", "reply__deputy_id", "reply__deputy__name",
    "reply__deputy__user_id", "reply__deputy__helper_id",
)  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """One of the ratings behind an anomaly."""

    code: str
    title: str
    at: datetime
    word: str


@dataclass(frozen=True)
class Shown:
    """An anomaly for the page: whose replies were rated, the ratings, and whether somebody looked."""

    anomaly: Anomaly
    who: str
    evidence: list[Evidence]
    look: Look | None


def watched(user: User, *, days: int, now: datetime) -> list[Shown]:
    """What stands out among the ratings that the user guards, not looked at first; three statements."""
    mine = Matter.objects.filter(guarded(user))
    rated = Rating.objects.filter(at__gte=now - timedelta(days=days), matter__in=mine)
    rows = {row["id"]: row for row in rated.order_by("-at").values(*READ)[:MOST_RATINGS]}
    found = anomalies(_words(rows.values()))
    looks = looks_at(user.organisation, [one.key for one in found])
    names = {body.pk: body.name for body in bodies().by_id.values()}
    shown = [_shown(one, rows, names, looks.get(one.key)) for one in found]
    return sorted(shown, key=lambda one: one.look is not None)


def _words(rows: Iterable[Row]) -> list[Word]:
    rows = list(rows)
    bodies_at, people_at = _own_places({row["client_hash"] for row in rows} - {""})
    return [_word(row, bodies_at, people_at) for row in rows]


def _own_places(hashes: set[str]) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """From which of these addresses people signed in: by body, and by person."""
    by_body: dict[int, set[str]] = {}
    by_person: dict[int, set[str]] = {}
    places = SignInPlace.objects.filter(client_hash__in=hashes)
    for place, person, body in places.values_list("client_hash", "user", "user__organisation"):
        by_person.setdefault(person, set()).add(place)
        by_body.setdefault(body, set()).add(place)
    return by_body, by_person


def _word(row: Row, bodies_at: dict[int, set[str]], people_at: dict[int, set[str]]) -> Word:
    deputy, body = row["reply__deputy_id"], row["reply__organisation_id"]
    writer = f"d{deputy}" if deputy else f"o{body}" if body else ""
    people = (row["reply__deputy__user_id"], row["reply__deputy__helper_id"]) if deputy else ()
    own = set().union(*(people_at.get(key, set()) for key in people)) if deputy else bodies_at.get(body, set())
    return Word(
        id=row["id"], at=row["at"], resident=row["reporter__phone_index"] or row["reporter_id"], writer=writer,
        client_hash=row["client_hash"], comment=row["comment"], replied_at=row["reply__issued_at"], own_hashes=own,
    )  # fmt: skip


def _shown(one: Anomaly, rows: dict[int, Row], names: dict[int, str], look: Look | None) -> Shown:
    held = [rows[word.id] for word in one.words]
    writers = (row["reply__deputy__name"] or names.get(row["reply__organisation_id"]) for row in held)
    evidence = [
        Evidence(row["matter__code"], row["matter__title"], row["at"], str(Satisfaction(row["satisfaction"]).label))
        for row in held
    ]
    who = list(dict.fromkeys(filter(None, writers)))
    return Shown(one, listing(who) if len(who) <= MOST_NAMED else "", evidence, look)


def looks_at(body: Organisation | None, keys: Iterable[str]) -> dict[str, Look]:
    """The looks that people of this body had at what these keys name."""
    rows = Look.objects.filter(body=body, key__in=list(keys)).select_related("by")
    return {row.key: row for row in rows}


def flag_key(flag: RatingFlag) -> str:
    """By which a look at a contradiction is kept."""
    return f"flag:{flag.pk}"
