"""What goes wrong around a person: somebody is quicker, a clock is wrong, the database is gone, the disk is full."""

import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress

from tests.bad_input.table import Line
from tests.bad_input.visitor import Said, Visitor, noisy_jpeg, photo, refused
from tests.support.servers import PostgresServer, free_port
from tests.support.system import System
from tests.support.web import wait_until_ready, web_server

TEXT = "三号楼西侧路灯坏了两周，晚上看不清台阶。"
AT_ONCE = 4


def failures(system: System, postgres: PostgresServer) -> Iterator[Line]:
    """All lines of this part. `system` keeps its files in a folder that can be filled."""
    door = system.listed("/d/").removeprefix(system.url)
    yield from _at_once(system.url, door)
    yield from _wrong_clocks(system, door)
    yield from _database_gone(system.url, door, postgres)
    yield from _disk_full(system, door)


def _at_once(url: str, door: str) -> Iterator[Line]:
    """Several press at the same moment."""
    resident = Visitor(url, "198.51.100.50")
    opened = resident.get(door)
    asked = resident.post(door, opened.hidden | {"content": TEXT, "consent_privacy": "on", "category": "urban"})
    said = _together(lambda _number: resident.answer(door, asked))
    codes = {one.code for one in said}
    yield Line(f"the same form {AT_ONCE} times at once", f"{_all(said)}; reports: {len(codes)}", len(codes) == 1)
    code, own = said[0].code, said[0].own
    place = f"/desk/matters/{code}/answer/"
    deputies = [Visitor(url, f"198.51.100.{60 + number}").sign_in("deputy") for number in range(AT_ONCE)]
    forms = [deputy.get(place).hidden for deputy in deputies]
    said = _together(lambda number: deputies[number].post(place, forms[number] | {"text": "已经修好。"}))
    winners = [one for one in said if one.status == 200]
    told = all(one.status == 409 and len(one.sentence) > 5 for one in said if one not in winners)
    yield Line("one answer sent from four telephones at once", _all(said), len(winners) == 1 and told)
    link = _rating(resident.get(own).page)
    resident.get(link)
    said = _together(lambda _number: resident.post(link, {"satisfaction": "satisfied", "solved": "yes"}))
    once = sum("谢谢您的评价" in one.page for one in said)
    good = once > 0 and all(one.status < 500 for one in said)
    yield Line("one rating pressed four times at once", f"{_all(said)}; thanked: {once}", good)


def _wrong_clocks(system: System, door: str) -> Iterator[Line]:
    """Forms and links of this moment before a web server of another time, over the same database."""
    for what, days in (("three days late", -3), ("three days early", 3)):
        resident = Visitor(system.url, "198.51.100.70")
        opened = resident.get(door)
        with _server_of_another_time(system, days) as url:
            resident.url = url
            said = resident.report(door, opened=opened, content=f"{TEXT} {days}")
        yield Line(f"a clock that is {what}", f"{said} → {said.address}", said.taken)
    link = _answered(system.url, door)
    with _server_of_another_time(system, 400) as url:
        said = Visitor(url, "198.51.100.71").get(link)
        yield Line("an expired link", str(said), said.status == 410 and len(said.sentence) > 5)


def _answered(url: str, door: str) -> str:
    """The link to rate a matter that was answered just now."""
    resident, deputy = Visitor(url, "198.51.100.72"), Visitor(url, "198.51.100.73").sign_in("deputy")
    said = resident.report(door, content=TEXT, category="urban")
    place = f"/desk/matters/{said.code}/answer/"
    deputy.post(place, deputy.get(place).hidden | {"text": "已经修好。"})
    return _rating(resident.get(said.own).page)


def _rating(page: str) -> str:
    found = re.search(r"/r/[\w\-]+/", page)
    return found.group() if found else "/r/none/"


def _server_of_another_time(system: System, days: int) -> AbstractContextManager[str]:
    """The address of a second web server, whose clock is wrong by so many `days`."""
    own = {"PORT": str(free_port()), "WEB_CONCURRENCY": "1", "LOG_LEVEL": "ERROR"}
    return web_server(system.environment | own, program=("tests.bad_input.other_time", str(days)))


def _database_gone(url: str, door: str, postgres: PostgresServer) -> Iterator[Line]:
    resident = Visitor(url, "198.51.100.80")
    code = resident.report(door, content=TEXT).code
    opened = resident.get(door)
    postgres.kill()
    said = resident.report(door, opened=opened, content=TEXT)
    yield Line("database gone, a form is sent", str(said), said.status == 503 and len(said.sentence) > 5)
    program = resident.get(f"/api/v1/track/{code}/", headers={"Accept": "application/json"})
    yield Line("database gone, a program asks", f"{program.status} {program.page[:90]}", program.status == 503)
    postgres.start()
    wait_until_ready(url)
    said = resident.report(door, opened=opened, content=TEXT)
    yield Line("database back, the same form again", str(said), said.taken)


def _disk_full(system: System, door: str) -> Iterator[Line]:
    picture = photo("灯.jpg", noisy_jpeg(1600, 1200))
    filler = system.folder / "filler"
    with filler.open("wb") as file, suppress(OSError):
        while True:
            file.write(b"\0" * 65536)
            file.flush()
    free = shutil.disk_usage(system.folder).free
    said = Visitor(system.url, "198.51.100.90").report(door, content=TEXT, files=picture)
    line = refused(f"disk full ({free} bytes free), with a photo", said, TEXT)
    yield Line(line.what, line.seen, said.status in (422, 503, 507) and said.keeps(TEXT))
    said = Visitor(system.url, "198.51.100.91").report(door, content=TEXT)
    yield Line("disk full, without a photo", str(said), said.taken)
    filler.unlink()
    said = Visitor(system.url, "198.51.100.92").report(door, content=TEXT, files=picture)
    yield Line("disk free again, with the photo", str(said), said.taken)


def _together(press: Callable[[int], Said]) -> list[Said]:
    with ThreadPoolExecutor(AT_ONCE) as people:
        return list(people.map(press, range(AT_ONCE)))


def _all(said: list[Said]) -> str:
    return " | ".join(sorted({str(one) for one in said}))
