"""The interface against its own schema: whatever a resident's or the staff's program sends is answered as it says."""

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.factories.accounts import sign_in
from tests.factories.matters import HandlingWorld, open_matter

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SOME = settings(max_examples=8, suppress_health_check=list(HealthCheck))
BY_RESIDENTS = ("near/", "track/{code}/follow/")
BY_STAFF = ("matters/{code}/merge/", "matters/{code}/unmerge/")


@pytest.fixture
def schema(db: None) -> Any:
    """The schema that programmers read."""
    told = Client().get(reverse("api:schema"), headers={"Accept": "application/json"}).json()
    return schemathesis.openapi.from_dict(told)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("place", [*BY_RESIDENTS, *BY_STAFF])
@SOME
@given(data=st.data())
def test_request_is_answered_as_the_schema_says(
    schema: Any, world: HandlingWorld, place: str, mode: GenerationMode, data: st.DataObject
) -> None:
    case = data.draw(schema[f"/api/v1/{place}"]["POST"].as_strategy(generation_mode=mode))
    case.path_parameters = {"code": open_matter(world).code} if "{code}" in place else {}
    request = requests.Request(**case.as_transport_kwargs(base_url="http://test")).prepare()
    client = sign_in(Client(), world.staff) if place in BY_STAFF else Client()
    body = request.body or b""
    answer = client.generic("POST", urlsplit(str(request.url)).path, body, content_type="application/json")
    headers = {name.lower(): [value] for name, value in answer.items()}
    case.validate_response(
        Response(answer.status_code, headers, answer.content, request, 0.0, verify=True), checks=CHECKS
    )
