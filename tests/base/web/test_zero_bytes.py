"""Zero bytes in addresses are refused before anything reads them."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    "path", ["/t/%00/", "/d/%00/", "/desk/matters/%00/", "/nosuch%00/", "/t/?code=%00", "/?x=a%00b"]
)
def test_zero_byte_is_a_bad_request(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 400


def test_percent_sign_that_is_no_zero_byte_is_no_matter(client: Client, db: None) -> None:
    assert client.get("/t/?code=%2500").status_code == 404
