"""The documents in both formats."""

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from opinions.open311.wire import written


def test_lists_and_mappings_become_the_elements_of_the_specification() -> None:
    said = {"service_code": "A", "attributes": [{"variable": True, "values": [{"key": "1", "name": "夜里 & <白天>"}]}]}
    assert written("xml", "service_definition", said) == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<service_definition><service_code>A</service_code><attributes><attribute><variable>true</variable><values>"
        "<value><key>1</key><name>夜里 &amp; &lt;白天&gt;</name></value></values></attribute></attributes>"
        "</service_definition>"
    )
    assert written("json", "service_definition", said).startswith('{"service_code":"A","attributes":[{"variable":true')


def test_nothing_is_an_empty_element_and_an_empty_list_has_its_root() -> None:
    assert written("xml", "service_requests", [{"lat": None, "address": ""}]).endswith(
        "<service_requests><request><lat/><address/></request></service_requests>"
    )
    assert written("xml", "service_requests", []).endswith("<service_requests></service_requests>")
    assert written("json", "service_requests", []) == "[]"


@given(st.text())
def test_whatever_was_written_is_well_formed(text: str) -> None:
    kept = ET.fromstring(written("xml", "errors", [{"description": text}]).encode())[0][0].text or ""
    printable = "".join(sign for sign in text if sign in "\t\n\r" or 0x20 <= ord(sign) < 0xFFFE or ord(sign) > 0xFFFF)
    assert kept == printable.replace("\r\n", "\n").replace("\r", "\n")
