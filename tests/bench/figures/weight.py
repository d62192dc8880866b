"""What a resident's phone loads when it opens a deputy's page for the first time."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from liaison.demo.build import district
from liaison.demo.cast import Cast
from tests.bench.load import Answer, ask, send
from tests.bench.table import Figure, at_most

MOST_KILOBYTES = 100
LOADED_LINKS = {"stylesheet", "icon", "manifest", "modulepreload", "preload", "apple-touch-icon"}
CSS_ADDRESS = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
JS_ADDRESS = re.compile(r"(?:\bfrom\s*|\bimport\s*\(?\s*|new Worker\(\s*)['\"]([^'\"]+)")


class Named(HTMLParser):
    """The addresses that a browser loads with a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "link" and LOADED_LINKS & set((held.get("rel") or "").split()):
            self.found.append(held.get("href") or "")
        if tag in ("script", "img", "source") and held.get("src"):
            self.found.append(held["src"] or "")


def weight(port: int) -> Iterator[Figure]:
    """The page of the deputy whose QR the demo shows, portrait included, with all that it names, as it comes over
    the wire to a browser with an empty cache."""
    loaded = first_load(port, f"http://127.0.0.1:{port}/d/{Cast(district()).shown.code}/")
    total = sum(answer.size for answer in loaded.values()) / 1000
    told = ", ".join(f"{name} {size:.0f}" for name, size in _by_kind(loaded).items())
    yield at_most("deputy's page, first load", round(total, 1), MOST_KILOBYTES, unit=" KB", told=f" ({told})")
    yield Figure("requests of the first load", str(len(loaded)))


def first_load(port: int, url: str) -> dict[str, Answer]:
    """The answers to the page and to everything that it loads, by address."""
    found: dict[str, Answer] = {}
    wanted = [url]
    while wanted:
        address = wanted.pop()
        if address in found or urlsplit(address).scheme == "data":
            continue
        found[address] = _fetched(port, address)
        wanted += [urljoin(address, one) for one in _named(port, address, found[address])]
    return found


def _fetched(port: int, address: str) -> Answer:
    answer = send(port, ask("GET", address, {"Accept-Encoding": "gzip, br", "Accept-Language": "zh-CN"}))
    if answer.status != 200:
        raise AssertionError(f"{address}: {answer.status}")
    return answer


def _named(port: int, address: str, answer: Answer) -> list[str]:
    """The addresses named in a page, a style or a script."""
    kind = answer.headers.get("content-type", "")
    if not any(word in kind for word in ("html", "css", "javascript")):
        return []
    plain = answer if "content-encoding" not in answer.headers else send(port, ask("GET", address, {}))
    text = plain.body.decode()
    if "html" in kind:
        return Named(text).found
    found = (CSS_ADDRESS if "css" in kind else JS_ADDRESS).findall(text)
    return [next(filter(None, one)) if isinstance(one, tuple) else one for one in found]


def _by_kind(loaded: dict[str, Answer]) -> dict[str, float]:
    """Kilobytes by kind of content."""
    sums: dict[str, float] = {}
    for answer in loaded.values():
        kind = answer.headers.get("content-type", "").split(";")[0].split("/")[-1]
        sums[kind] = sums.get(kind, 0) + answer.size / 1000
    return sums
