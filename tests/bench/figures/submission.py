"""How fast the public form is taken in, against a bare Django view on the same server in the same minutes."""

import base64
import json
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

import altcha
from django.utils import timezone

from deputies.contact_points.models import ContactPoint
from deputies.organisations.models import Division
from deputies.roster.models import Deputy
from liaison.demo.build import district
from liaison.demo.cast import Cast, issues
from opinions.catalog.models import Category
from opinions.catalog.queries import top_categories
from opinions.intake.challenge import new_challenge
from opinions.intake.models import Opinion
from opinions.matters.models import Matter, Reporter
from tests.bench.floor.models import Sent, Step
from tests.bench.load import Round, ask, fire, quantile, send
from tests.bench.stage import CONCURRENCY
from tests.bench.table import Figure, at_least

ROUNDS = 9
EACH = 160
"""Requests of one round, of either kind."""
LEAST_RATIO = 0.6
MOST_STATEMENTS = 12
BOUNDARY = "bench"
REFERENCES = ("deputy", "contact_point", "category", "community")


@dataclass(frozen=True)
class Filled:
    """A form filled in by a resident."""

    deputy: Deputy
    point: ContactPoint
    community: Division
    category: Category
    text: str
    number: int

    @property
    def common(self) -> dict[str, str]:
        """What product and floor are both told."""
        return {
            "content": self.text,
            "place": f"{self.community.name}东门",
            "name": "李阿姨",
            "phone": f"139{self.number:08}",
        }

    @property
    def for_product(self) -> dict[str, str]:
        """The fields that the page sends; the sum is done here, since it costs the phone and not the server."""
        key = uuid4()
        chosen = {"community": self.community.code, "category": self.category.code}
        agreed = {"consent_contact": "on", "consent_privacy": "on", "anonymous": "", "website": ""}
        hidden = {"submission_key": str(key), "proof": _solved(new_challenge(key, now=timezone.now(), hardness=50))}
        return self.common | chosen | agreed | hidden | {"latitude": "", "longitude": ""}

    @property
    def for_floor(self) -> dict[str, str]:
        chosen = (self.deputy, self.point, self.category, self.community)
        return self.common | {name: str(one.pk) for name, one in zip(REFERENCES, chosen, strict=True)}

    @property
    def address(self) -> str:
        """A sender of its own, so that no throttle answers."""
        return f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"


def _solved(challenge: dict[str, Any]) -> str:
    """The payload that a browser sends for a challenge."""
    names = ("challenge", "salt", "algorithm")
    given: list[Any] = [challenge[name] for name in names]
    found = altcha.solve_challenge_v1(*given, challenge["maxNumber"])
    kept = {name: challenge[name] for name in (*names, "signature")}
    return base64.b64encode(json.dumps(kept | {"number": found.number}).encode()).decode()


class Residents:
    """Fills in forms for all deputies of the district in turn."""

    def __init__(self, port: int) -> None:
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        cast = Cast(district())
        self.places = [
            (deputy, cast.points(committee)[0], place)
            for committee in cast.committees
            for deputy, place in zip(cast.reachable(committee), cast.communities(committee) * 50, strict=False)
        ]
        self.texts = [
            _words(issue, place.name) for issue, (*_door, place) in zip(issues(), self.places * 50, strict=False)
        ]
        self.categories = top_categories()
        self.numbers = iter(range(1, 10**8))
        self.rng = random.Random(20261122)

    def fill(self) -> Filled:
        """The next form."""
        number = next(self.numbers)
        deputy, point, place = self.places[number % len(self.places)]
        return Filled(deputy, point, place, self.rng.choice(self.categories), self.rng.choice(self.texts), number)

    @cached_property
    def token(self) -> str:
        """The cookie that a visit of the page sets; a resident has it from opening the page."""
        page = send(self.port, ask("GET", f"{self.url}/d/{self.places[0][0].code}/", {}))
        return page.headers["set-cookie"].split("csrftoken=")[1].split(";")[0]

    def product(self, count: int) -> list[bytes]:
        """Requests to the product."""
        forms = [self.fill() for _n in range(count)]
        return [self._post(f"/d/{form.deputy.code}/", form.for_product, form.address) for form in forms]

    def floor(self, count: int) -> list[bytes]:
        """Requests to the floor."""
        forms = [self.fill() for _n in range(count)]
        return [self._post("/floor/", form.for_floor, form.address) for form in forms]

    def _post(self, path: str, fields: dict[str, str], address: str) -> bytes:
        """As a browser sends it: multipart, since the page takes photos; none is chosen."""
        parts = [_part(name, value) for name, value in (fields | {"csrfmiddlewaretoken": self.token}).items()]
        photo = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photos"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n'
        body = "".join([*parts, photo, f"--{BOUNDARY}--\r\n"]).encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Cookie": f"csrftoken={self.token}",
            "Origin": self.url,
            "X-Forwarded-For": address,
            "Accept-Language": "zh-CN,zh;q=0.9",
        }
        return ask("POST", self.url + path, headers, body)


def _part(name: str, value: str) -> str:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'


def _words(issue: dict[str, Any], place: str) -> str:
    text: str = issue["text"]
    return text.replace("{spot}", issue.get("spot", "")).replace("{place}", place)


def stored() -> tuple[int, ...]:
    """How many rows of each kind there are."""
    return tuple(model.objects.count() for model in (Matter, Opinion, Reporter, Sent, Step))


def _checked(found: Round, begins: str) -> Round:
    """Every answer was a success, or the figure would be worth nothing."""
    for answer in found.answers:
        if answer.status != 302 or not answer.headers.get("location", "").startswith(begins):
            raise AssertionError(f"{answer.status} {answer.headers.get('location')}\n{answer.body.decode()[:3000]}")
    return found


def submission(port: int) -> Iterator[Figure]:
    """Rounds of product and floor in turn; the ratio is the median over the pairs."""
    residents = Residents(port)
    before = stored()
    _checked(fire(port, residents.product(40), concurrency=CONCURRENCY), "/t/")
    _checked(fire(port, residents.floor(40), concurrency=CONCURRENCY), "/floor/")
    product, floor = [], []
    for number in range(ROUNDS):
        ours, bare = residents.product(EACH), residents.floor(EACH)
        for turn in ((0, 1), (1, 0))[number % 2]:
            if turn:
                floor.append(_checked(fire(port, bare, concurrency=CONCURRENCY), "/floor/"))
            else:
                product.append(_checked(fire(port, ours, concurrency=CONCURRENCY), "/t/"))
    _check_rows(before, ROUNDS * EACH + 40)
    pairs = [ours.rate / bare.rate for ours, bare in zip(product, floor, strict=True)]
    spread = f" ({min(pairs):.2f}–{max(pairs):.2f})"
    yield at_least("submission ÷ floor, throughput", statistics.median(pairs), LEAST_RATIO, told=spread)
    yield _speed("submission through the public form", product)
    yield _speed("floor: ModelForm, two rows, one transaction", floor)


def _check_rows(before: tuple[int, ...], sent: int) -> None:
    new = tuple(now - then for now, then in zip(stored(), before, strict=True))
    if set(new) != {sent}:
        raise AssertionError(f"{sent} forms of either kind were sent, but there are {new} new rows")


def _speed(what: str, rounds: list[Round]) -> Figure:
    times = [answer.seconds for one in rounds for answer in one.answers]
    rate = statistics.median(one.rate for one in rounds)
    return Figure(
        what, f"{rate:.0f}/s, p50 {quantile(times, 0.5) * 1000:.0f} ms, p95 {quantile(times, 0.95) * 1000:.0f} ms"
    )
