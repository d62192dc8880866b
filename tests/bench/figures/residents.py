"""Residents who fill in forms: the same words for the product and for the floor."""

import random
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

from deputies.contact_points.models import ContactPoint
from deputies.organisations.models import Division, Organisation
from deputies.roster.models import Deputy
from liaison.demo.build import district
from liaison.demo.cast import Cast, issues
from opinions.catalog.models import Category
from opinions.catalog.queries import top_categories
from tests.bench.load import ask, send
from tests.factories.intake import proof

BOUNDARY = "bench"
REFERENCES = ("deputy", "contact_point", "category", "community")
"""What an opinion points at. The floor looks them up by a ModelForm; the product has the first two from the address."""


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
        place, phone = f"{self.community.name}东门", f"139{self.number:08}"
        return {"content": self.text, "place": place, "name": "李阿姨", "phone": phone}

    @property
    def for_product(self) -> dict[str, str]:
        """The fields that the page sends; the sum is done here, since it costs the phone and not the server."""
        key = uuid4()
        chosen = {"community": self.community.code, "category": self.category.code}
        agreed = {"consent_contact": "on", "consent_privacy": "on"}
        hidden = {"submission_key": str(key), "proof": proof(key), "latitude": "", "longitude": "", "website": ""}
        return self.common | chosen | agreed | hidden

    @property
    def for_floor(self) -> dict[str, str]:
        """The same words, and the references as a ModelForm takes them."""
        chosen = (self.deputy, self.point, self.category, self.community)
        return self.common | {name: str(one.pk) for name, one in zip(REFERENCES, chosen, strict=True)}

    @property
    def address(self) -> str:
        """A sender of its own, so that no throttle answers."""
        return f"10.{self.number >> 16 & 255}.{self.number >> 8 & 255}.{self.number & 255}"


class Residents:
    """Fills in forms for the deputies of the district in turn, but for those of the street `spared`."""

    def __init__(self, port: int) -> None:
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        cast = Cast(district())
        *committees, self.spared = cast.committees
        self.doors = [
            (deputy, cast.points(committee)[0], place)
            for committee in committees
            for deputy, place in zip(cast.reachable(committee), cast.communities(committee) * 50, strict=False)
        ]
        self.texts = [_words(issue, place.name) for issue, (*_, place) in zip(issues(), self.doors * 50, strict=False)]
        self.categories = top_categories()
        self.numbers = iter(range(1, 10**8))
        self.rng = random.Random(20261122)

    @property
    def committee(self) -> Organisation:
        """The body of the first street, where much has been raised."""
        return self.doors[0][0].organisation

    def fill(self) -> Filled:
        """The next form."""
        number = next(self.numbers)
        deputy, point, place = self.doors[number % len(self.doors)]
        return Filled(deputy, point, place, self.rng.choice(self.categories), self.rng.choice(self.texts), number)

    @cached_property
    def token(self) -> str:
        """The cookie that a visit of the page sets; a resident has it from opening the page."""
        page = send(self.port, ask("GET", f"{self.url}/d/{self.doors[0][0].code}/", {}))
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
        parts = [_part(f'name="{name}"', text) for name, text in (fields | {"csrfmiddlewaretoken": self.token}).items()]
        photo = _part('name="photos"; filename=""\r\nContent-Type: application/octet-stream', "")
        headers = {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Cookie": f"csrftoken={self.token}",
            "Origin": self.url,
            "X-Forwarded-For": address,
            "Accept-Language": "zh-CN,zh;q=0.9",
        }
        return ask("POST", self.url + path, headers, "".join([*parts, photo, f"--{BOUNDARY}--\r\n"]).encode())


def _part(named: str, text: str) -> str:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {named}\r\n\r\n{text}\r\n"


def _words(issue: dict[str, Any], place: str) -> str:
    text: str = issue["text"]
    return text.replace("{spot}", issue.get("spot", "")).replace("{place}", place)
