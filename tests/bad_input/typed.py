"""What a person, or somebody who means harm, puts into forms, addresses and files."""

import io
import random
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import product
from urllib.parse import quote

import requests
from PIL import Image
from python_calamine import CalamineWorkbook

from tests.bad_input.table import Line
from tests.bad_input.visitor import Visitor, noisy_jpeg, photo, refused

TEXT = "荷塘小区东门的路灯坏了两周，晚上看不见路。"
NASTY = [
    "' OR 1=1 --", '"; DROP TABLE opinions_matter; --', "../../../../etc/passwd", "..\\..\\windows", "%00", "\x00",
    "𠮷🙂", "a" * 3000, "{{7*7}}", "<script>alert(1)</script>", "\u202e\u200b", "-1", "1e999", "NaN", "null", "[]",
    "99999999999999999999", "=cmd|' /C calc'!A0", "\ud7ff\uffff", "0001-01-01", "9999-12-31",
]  # fmt: skip
ADDRESSES = [
    "/d/{}/", "/p/{}/", "/s/{}/", "/t/{}/", "/t/{}/done/", "/t/{}/qr.png", "/r/{}/", "/api/v1/track/{}/",
    "/find/?code={}",
    "/t/?code={}", "/d/{}/photo/", "/language/?to={}&next=/", "/display/?size={}&next=/", "/language/?to=en&next={}",
]  # fmt: skip
AT_DESK = [
    "/desk/?q={}", "/desk/?queue={}", "/desk/?category={}&light={}", "/desk/?after={}", "/desk/?page={}&sort={}",
    "/desk/?since={}&until={}", "/desk/exchange/?since={}", "/desk/m/{}/", "/desk/roster/?q={}", "/desk/routing/{}/",
    "/desk/intake/import/{}/", "/desk/jobs/{}/",
]  # fmt: skip

FIELDS = [
    "content", "place", "latitude", "longitude", "phone", "name", "community", "category", "wish", "submission_key",
    "proof", "answer", "question", "kept", "drop", "website", "consent_privacy",
]  # fmt: skip
BODIES = {
    "no JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "a number": b"1e999",
    "deep": b"[" * 5000,
    "fields of wrong kinds": b'{"content": {"a": 1}, "deputy": [1], "phone": 1e400}',
}


def typed(url: str, door: str) -> Iterator[Line]:
    """All lines of this part; `door` is a deputy's page."""
    yield from _texts(url, door)
    yield from _photos(url, door)
    yield from _tricks(url, door)
    yield from _codes(url)
    yield from _tables(url)
    yield from _programs(url)


def _texts(url: str, door: str) -> Iterator[Line]:
    rare = Visitor(url, "198.51.100.1").report(door, content=f"{TEXT}𠮷🙂👨‍👩‍👧 㐂")
    yield Line("emoji and rare characters", f"{rare} → {rare.address}", rare.taken)
    long = "长" * 10_000
    visitor = Visitor(url, "198.51.100.2")
    said = visitor.report(door, content=long)
    whole = long in visitor.get(said.own).page
    yield Line("10,000 characters", f"{said}; shown whole: {whole}", said.taken and whole)
    said = Visitor(url, "198.51.100.3").report(door, content="", place="荷塘小区东门")
    yield refused("empty", said, "荷塘小区东门")
    for name, text in (
        ("HTML", "<script>alert(1)</script><b>粗</b>"),
        ("formula", '=HYPERLINK("http://x.example";"点我")'),
    ):
        visitor = Visitor(url, "198.51.100.4")
        said = visitor.report(door, content=f"{text} {TEXT}")
        page = visitor.get(said.own).page
        clean = "<script>alert" not in page and "<b>粗" not in page
        yield Line(f"{name} in the text", f"{said}; shown as text: {clean}", said.taken and clean)
    yield _exported(url)


def _exported(url: str) -> Line:
    """A formula that a resident wrote stays text in the clerk's spreadsheet."""
    desk = Visitor(url, "198.51.100.5").sign_in("district")
    answer = desk.session.get(f"{url}/desk/export/", params={"queue": "everything", "q": "HYPERLINK"}, timeout=60)
    if answer.status_code != 200 or not answer.content.startswith(b"PK"):
        return Line("formula in an export", f"{answer.status_code}", False)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        formulas = sum(book.read(name).count(b"<f>") for name in book.namelist() if name.endswith(".xml"))
    cells = [
        cell
        for row in CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
        for cell in row
    ]
    found = any(str(cell).startswith("=HYPERLINK") for cell in cells)
    return Line("formula in an export", f"cell is there as text: {found}, formulas: {formulas}", found and not formulas)


def _photos(url: str, door: str) -> Iterator[Line]:
    picture = noisy_jpeg(600, 600)
    frames = [Image.new("P", (4000, 4000), shade) for shade in range(60)]
    bomb = io.BytesIO()
    frames[0].save(bomb, "GIF", save_all=True, append_images=frames[1:])
    cases = {
        "photo of 40 MB": ("大.jpg", picture + random.Random(1).randbytes(40_000_000)),
        "text named .jpg": ("信.jpg", "这不是照片".encode()),
        "broken JPEG": ("断.jpg", picture[: len(picture) // 2]),
    }
    for number, (what, (name, content)) in enumerate(cases.items()):
        said = Visitor(url, f"198.51.100.{10 + number}").report(door, content=TEXT, files=photo(name, content))
        yield refused(what, said, TEXT)
    said = Visitor(url, "198.51.100.19").report(door, content=TEXT, files=photo("动.gif", bomb.getvalue()))
    yield Line("animated bomb (60 frames of 16 million pixels)", str(said), said.taken or 400 <= said.status < 500)


def _tricks(url: str, door: str) -> Iterator[Line]:
    visitor, desk = Visitor(url, "198.51.100.20"), Visitor(url, "198.51.100.21").sign_in("district")
    for what, who, places in (("residents' addresses", visitor, ADDRESSES), ("the desk's addresses", desk, AT_DESK)):
        seen = Counter(
            who.get(_filled(place, value), allow_redirects=False).status for place in places for value in NASTY
        )
        yield Line(f"SQL and path tricks in {what}", _counted(seen), max(seen) < 500 and sum(seen.values()) > 100)
    opened = visitor.get(door)
    form = opened.hidden | {"content": TEXT, "consent_privacy": "on"}
    seen = Counter(
        visitor.post(door, form | {name: value}, allow_redirects=False).status for name in FIELDS for value in NASTY
    )
    yield Line("the same in each field of the form", _counted(seen), max(seen) < 500)


def _codes(url: str) -> Iterator[Line]:
    visitor = Visitor(url, "198.51.100.30")
    for what, path in (
        ("deputy", "/d/ZZZZZZ2/"),
        ("station", "/p/ZZZZZZ2/"),
        ("report", "/t/ZZZZZZZZZZ/"),
        ("rating", "/r/none/"),
    ):
        said = visitor.get(path)
        yield Line(
            f"code of a {what} that does not exist", str(said), said.status in (404, 410) and len(said.sentence) > 5
        )


def _tables(url: str) -> Iterator[Line]:
    """A clerk's import of what is no table."""
    desk = Visitor(url, "198.51.100.31").sign_in("district")
    cases = {
        "import of a text named .xlsx": ("表.xlsx", b"not a table"),
        "import of an empty table": ("空.csv", b""),
        "import of a table without the columns": ("错.csv", "甲,乙\n1,2\n".encode("gb18030")),
    }
    for what, (name, content) in cases.items():
        desk.get("/desk/intake/import/")
        said = desk.post("/desk/intake/import/", {}, [("table", (name, content, "application/octet-stream"))])
        yield Line(what, str(said), 200 <= said.status < 500 and len(said.sentence) > 5)


def _programs(url: str) -> Iterator[Line]:
    """Programs that send what is no request of theirs."""
    headers = {"Content-Type": "application/json", "X-Forwarded-For": "198.51.100.32"}
    for door, (what, body) in product(("opinions", "near"), BODIES.items()):
        answer = requests.post(f"{url}/api/v1/{door}/", data=body, headers=headers, timeout=30)
        yield Line(f"API {door}, {what}", f"{answer.status_code} {answer.text[:100]}", 400 <= answer.status_code < 500)


def _filled(place: str, value: str) -> str:
    return place.replace("{}", quote(value, safe="", errors="replace"))


def _counted(seen: Counter[int]) -> str:
    return f"{sum(seen.values())} requests: " + ", ".join(
        f"{status} × {count}" for status, count in sorted(seen.items())
    )
