"""A person without JavaScript: reads forms, fills them in, answers the little sum."""

import html
import io
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import requests
from PIL import Image

from tests.bad_input.table import Line
from tests.support.system import DEMO_PASSWORD

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
PICTURE = re.compile(r"<svg.*?</svg>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
DIGITS = "零一二三四五六七八九"
SUM = re.compile(r"(\w)加(\w)等于多少")
SAYS = (
    r"data-error-summary.*?<li>(.*?)</li>",
    r'class="field-error[^"]*"[^>]*>(.*?)</p>',
    r'role="alert"[^>]*>(.*?)</div>',
    r'class="toast[^"]*"[^>]*>(.*?)</div>',
    r"<h1[^>]*>.*?</h1>\s*<p[^>]*>.*?</p>",
    r"<h1[^>]*>(.*?)</h1>",
)
"""Where a page says what is the matter, the plainest place first."""
Files = list[tuple[str, tuple[str, bytes, str]]]


@dataclass(frozen=True)
class Said:
    """What came back: status, the sentence that a person reads, the whole page."""

    status: int
    page: str
    address: str

    @cached_property
    def sentence(self) -> str:
        page = PICTURE.sub("", self.page)
        found = (TAG.sub(" ", match) for place in SAYS for match in re.findall(place, page, re.DOTALL))
        plain = next((text for text in found if text.strip()), page[:60])
        return " ".join(html.unescape(plain).split())

    @cached_property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of its last form."""
        return {name: html.unescape(value) for name, value in HIDDEN.findall(self.page)}

    @property
    def taken(self) -> bool:
        """Whether it is the page behind a report that was taken in."""
        return self.status == 200 and "/done/" in self.address

    @property
    def code(self) -> str:
        """The tracking code in its address."""
        found = re.search(r"/t/(\w+)/", self.address)
        return found.group(1) if found else ""

    @property
    def own(self) -> str:
        """The resident's private page of the report that was taken in."""
        return "/" + self.address.split("/", 3)[-1].replace("/done/", "/")

    def keeps(self, typed: str) -> bool:
        """Whether what was typed stands in the form again."""
        return html.escape(typed[:200]).replace("&#x27;", "&#39;") in self.page

    def __str__(self) -> str:
        return f"{self.status} {self.sentence}"


class Visitor:
    """One browser, with its own cookies and its own address."""

    def __init__(self, url: str, address: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers.update({"X-Forwarded-For": address, "Accept-Language": "zh-CN", "Accept": "text/html"})

    def get(self, path: str, **options: Any) -> Said:
        return self._said(self.session.get(self.url + path, timeout=60, **options))

    def post(self, path: str, fields: dict[str, Any], files: Files | None = None, **options: Any) -> Said:
        """Send a form to `path` with the token of the page read last."""
        own = {"csrfmiddlewaretoken": self.session.cookies.get("csrftoken", "")}
        return self._said(self.session.post(self.url + path, data=own | fields, files=files, timeout=60, **options))

    def report(self, path: str, *, files: Files | None = None, opened: Said | None = None, **fields: Any) -> Said:
        """Report at a plaque's address, as far as the program takes it; `opened` is the form as it was read before."""
        opened = opened or self.get(path)
        said = self.post(path, opened.hidden | {"content": "", "consent_privacy": "on"} | fields, files)
        return self.answer(path, said)

    def answer(self, path: str, said: Said) -> Said:
        """Answer the little sum where it is asked."""
        asked = SUM.search(said.page)
        if not asked:
            return said
        first, second = (DIGITS.index(word) for word in asked.groups())
        return self.post(path, said.hidden | {"answer": str(first + second)})

    def sign_in(self, username: str) -> "Visitor":
        self.get("/accounts/login/")
        said = self.post("/accounts/login/", {"username": username, "password": DEMO_PASSWORD})
        if "/login/" in said.address:
            raise AssertionError(f"{username} cannot sign in: {said}")
        return self

    def _said(self, answer: requests.Response) -> Said:
        return Said(answer.status_code, answer.text, answer.url)


def refused(what: str, said: Said, typed: str) -> Line:
    """Refused with a sentence, and what was typed stands there."""
    kept = said.keeps(typed)
    return Line(what, f"{said}; text kept: {kept}", 400 <= said.status < 500 and kept and len(said.sentence) > 5)


def photo(name: str, content: bytes) -> Files:
    """A photo as the form sends it."""
    return [("photos", (name, content, "image/jpeg"))]


def noisy_jpeg(width: int, height: int) -> bytes:
    """A picture that compresses as badly as a photo, or worse."""
    held = io.BytesIO()
    Image.effect_noise((width, height), 90).convert("RGB").save(held, "JPEG")
    return held.getvalue()
