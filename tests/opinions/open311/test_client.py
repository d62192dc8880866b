"""Published client libraries, as they are, against the interface over a real socket.

`three` was written for Python 2: all that it lacks today is `itertools.ifilter`, which is lent to it.
"""

import importlib
import itertools
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from opinions.exchange.models import Partner
from opinions.intake.models import Opinion
from tests.factories.matters import HandlingWorld, open_matter
from tests.factories.open311 import SAID, SERVICE, question

T = TypeVar("T")


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def against_us(act: Callable[[str], T]) -> T:
    """What `act` finds at our address, running beside; requests are answered here, on the test's own connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        return _served(act)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _served(act: Callable[[str], T]) -> T:
    with (
        make_server("127.0.0.1", 0, get_wsgi_application(), WSGIServer, Quiet) as server,
        ThreadPoolExecutor(1) as pool,
    ):
        server.timeout = 0.02
        done = pool.submit(act, f"http://127.0.0.1:{server.server_port}/open311/v2")
        while not done.done():
            server.handle_request()
        return done.result()


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("three")


def test_three_lists_defines_submits_and_follows(world: HandlingWorld, partner: Partner, key: str, three: Any) -> None:
    question("when", "singlevaluelist", values="night=夜里", required=True)

    def act(url: str) -> dict[str, Any]:
        client = three.Three(url, api_key=key)
        said = {"attribute[when]": "night", "address": SAID["address_string"], "name": "San Zhang"}
        made = client.post(SERVICE, description=SAID["description"], phone="13800000009", **said)
        code = made[0]["service_request_id"]
        return {
            "discovery": client.discovery(), "services": client.services(), "definition": client.services(SERVICE),
            "refused": client.post(SERVICE, description="没有地点"), "made": made, "one": client.request(code),
            "all": client.requests(), "some": client.requests(SERVICE, status="open", count=5),
            "between": client.requests(between=["10-01-2026", "11-24-2026"]),
        }  # fmt: skip

    said = against_us(act)
    opinion = Opinion.objects.select_related("matter").get()
    code = opinion.matter.code
    assert said["made"][0]["service_request_id"] == code
    assert (opinion.content, opinion.matter.reporters.get().name) == (SAID["description"], "San Zhang")
    assert {one["code"] for one in said["refused"]} == {400}
    assert SERVICE in {one["service_code"] for one in said["services"]}
    assert said["definition"]["attributes"][0]["values"] == [{"key": "night", "name": "夜里"}]
    assert said["discovery"]["endpoints"][0]["type"] == "production"
    assert all(
        [one["service_request_id"] for one in said[name]] == [code] for name in ("one", "all", "some", "between")
    )


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_both_formats(world: HandlingWorld, form: str) -> None:
    georeport, first, second = importlib.import_module("georeport"), open_matter(world), open_matter(world)
    question("when", "singlevaluelist", values="night=夜里\nday=白天")

    def act(url: str) -> tuple[Any, ...]:
        client = georeport.GeoReport(url, jurisdiction=world.congress.code, output_format=form)
        listed = client.get_service_requests(service_code=SERVICE, start_date="2026-11-01T00:00:00Z", status="open")
        one = client.get_service_request(first.code)
        return client.get_service_list(), client.get_service_definition(SERVICE), listed, one

    services, definition, listed, one = against_us(act)
    assert SERVICE in {row["service_code"] for row in services}
    assert SERVICE in str(definition)
    assert [row["service_request_id"] for row in listed] == [second.code, first.code]
    assert one["status"] == "open"
