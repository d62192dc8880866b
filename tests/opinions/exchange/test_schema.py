"""The interface against its own schema: whatever a partner's program sends, signed, is answered as the schema says."""

from typing import Any

import pytest
import requests
import schemathesis
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from opinions.exchange.models import Partner
from tests.factories.exchange import pushed, received, send
from tests.factories.matters import HandlingWorld, taken

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EACH_MODE = pytest.mark.parametrize("mode", list(GenerationMode))
MANY = settings(max_examples=30, suppress_health_check=list(HealthCheck))


@pytest.fixture
def schema(db: None) -> Any:
    """The schema that partners read."""
    told = Client().get(reverse("api:schema"), headers={"Accept": "application/json"}).json()
    return schemathesis.openapi.from_dict(told)


def drawn(data: st.DataObject, schema: Any, what: str, mode: GenerationMode) -> Any:
    """A request that fits the schema, or that is wrong somewhere."""
    operation = schema[f"/api/v1/exchange/{{partner}}/{what}/"]["POST"]
    return data.draw(operation.as_strategy(generation_mode=mode))


def check(case: Case, partner: Partner, what: str, **changed: str) -> int:
    """Sign and send what was drawn, hold the answer against the schema; its status."""
    request = requests.Request(**case.as_transport_kwargs(base_url="http://test")).prepare()
    body = request.body or b""
    answer = send(partner, what, body.encode() if isinstance(body, str) else body, **changed)
    headers = {name.lower(): [value] for name, value in answer.items()}
    told = Response(answer.status_code, headers, answer.content, request, 0.0, verify=True)
    case.validate_response(told, checks=CHECKS)
    return int(answer.status_code)


@EACH_MODE
@pytest.mark.parametrize("what", ["orders", "status", "statement"])
@MANY
@given(data=st.data())
def test_signed_request_is_answered_as_the_schema_says(
    schema: Any, hotline: Partner, what: str, mode: GenerationMode, data: st.DataObject
) -> None:
    check(drawn(data, schema, what, mode), hotline, what)


@MANY
@given(data=st.data())
def test_known_number_with_any_content_is_answered_as_the_schema_says(
    schema: Any, hotline: Partner, data: st.DataObject
) -> None:
    case = drawn(data, schema, "orders", GenerationMode.POSITIVE)
    case.body["number"] = received(hotline).number
    check(case, hotline, "orders")


@MANY
@given(data=st.data())
def test_any_report_on_an_order_of_ours_is_answered_as_the_schema_says(
    schema: Any, world: HandlingWorld, grid: Partner, data: st.DataObject
) -> None:
    case = drawn(data, schema, "status", GenerationMode.POSITIVE)
    case.body["code"] = pushed(world, taken(world), grid).matter.code
    check(case, grid, "status")


@pytest.mark.parametrize("what", ["orders", "status", "statement"])
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_wrongly_signed_request_is_refused_as_the_schema_says(
    schema: Any, hotline: Partner, what: str, data: st.DataObject
) -> None:
    """The first ten with 401, and 429 from then on."""
    case = drawn(data, schema, what, GenerationMode.POSITIVE)
    assert check(case, hotline, what, **{"X-Exchange-Signature": "0" * 64}) in (401, 429)
