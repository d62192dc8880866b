"""Layouts that a district keeps: tried before they are kept, filled in as text, versioned, and no way out."""

import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from docx import Document

from liaison.base.errors import InvalidInput
from supervision.reports.layouts import filled
from supervision.reports.models import Layout, Level
from supervision.reports.papers import Paper
from supervision.reports.queries import specimen
from tests.factories.accounts import sign_in
from tests.factories.matters import HandlingWorld

PLACE = "/desk/supervision/reports/layouts/"
NAMED = "{{ owner }} {{ month }}：新收 {{ value.opened }}，{{ note.flow }}"


def layout(text: str) -> bytes:
    made, out = Document(), io.BytesIO()
    made.add_paragraph(text)
    made.save(out)
    return out.getvalue()


def paper() -> Paper:
    content = specimen(Level.STREET)
    content["owner"] = "<b>云溪街道</b>&{{ month }}"
    content["sections"][0]["note"] = "<w:t>说明"
    return Paper(content, 1, date(2026, 12, 1))


@pytest.mark.once
def test_layout_is_filled_in_with_text_as_it_stands() -> None:
    text = Document(io.BytesIO(filled(layout(NAMED), paper()))).paragraphs[0].text
    assert text == "<b>云溪街道</b>&{{ month }} 2026-01：新收 0件，<w:t>说明"


@pytest.mark.once
@pytest.mark.parametrize(
    "text",
    [
        "{{ nothing }}", "{{ value.nothing }}", "{{ owner", "{% for row in %}", "{{ 1 / 0 }}",
        "{{ owner.__class__.__mro__ }}", "{{ sections.append(1) }}", "{{ range(1000000000) }}",
    ],
)  # fmt: skip
def test_layout_that_cannot_be_filled_in_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="填不出来"):
        filled(layout(text), paper())


def send(client: Client, content: bytes, **others: Any) -> Any:
    file = SimpleUploadedFile("版式.docx", content, content_type="application/octet-stream")
    return client.post(PLACE, {"level": "street", "attachments": file, **others})


@pytest.mark.django_db
def test_district_keeps_layouts_by_version(world: HandlingWorld) -> None:
    client = sign_in(Client(), world.district_staff)
    assert send(client, b"no document").status_code == 422
    refused = send(client, layout("{{ nothing }}"))
    assert refused.status_code == 422
    assert "这个版式填不出来" in refused.content.decode()
    assert not Layout.objects.exists()
    for _n in range(2):
        assert send(client, layout(NAMED)).status_code == 302
    assert list(Layout.objects.values_list("version", flat=True)) == [2, 1]
    newest = Layout.objects.get(version=2)
    answer: Any = client.get(f"{PLACE}{newest.pk}/layout.docx")
    with newest.file.file.open("rb") as held:
        assert b"".join(answer.streaming_content) == held.read()
    assert client.post(f"{PLACE}{newest.pk}/drop/").status_code == 302
    assert "已停用" in client.get(PLACE).content.decode()
    for name in ("leader", "secretary", "helper"):
        assert sign_in(Client(), world.users[name]).get(PLACE).status_code == 403
