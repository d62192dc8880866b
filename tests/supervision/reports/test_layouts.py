"""Layouts that a district keeps: tried before they are kept, filled in as text, versioned, and no way out."""

import io
from datetime import date
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override
from docx import Document
from jinja2 import TemplateError

from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput
from supervision.reports import keeping, layouts, services
from supervision.reports.layouts import Unusable, filled
from supervision.reports.models import Edition, Layout, Level, MonthlyReport
from supervision.reports.papers import Paper
from supervision.reports.queries import compose, digest_of
from supervision.reports.specimen import full
from tests.factories.accounts import sign_in
from tests.factories.matters import NOW, HandlingWorld

PLACE = "/desk/supervision/reports/layouts/"
NAMED = "{{ owner }} {{ month }}：新收 {{ value.opened }}，{{ note.flow }}"


def layout(text: str) -> bytes:
    made, out = Document(), io.BytesIO()
    made.add_paragraph(text)
    made.save(out)
    return out.getvalue()


def paper() -> Paper:
    content = dict(full(Level.STREET, date(2026, 12, 1)).content)
    content["owner"] = "<b>云溪街道</b>&{{ month }}"
    content["sections"][0]["note"] = "<w:t>说明"
    return Paper(content, 1, date(2026, 12, 1))


def text_of(made: bytes) -> str:
    return Document(io.BytesIO(made)).paragraphs[0].text


@pytest.mark.once
def test_layout_is_filled_in_with_text_as_it_stands() -> None:
    text = text_of(filled(layout(NAMED), paper()))
    assert text == "<b>云溪街道</b>&{{ month }} 2026-01：新收 0件，<w:t>说明"


@pytest.mark.once
@pytest.mark.parametrize(
    "text",
    [
        "{{ nothing }}", "{{ value.nothing }}", "{{ owner", "{% for row in %}", "{{ 1 / 0 }}",
        "{{ owner.__class__.__mro__ }}", "{{ sections.append(1) }}", "{{ range(1000000000) }}",
        "{{ 9**9**9 }}", "{{ 'a' * 1000000000 }}", "{{ '%999999999d' % 1 }}", "{{ title.center(999999999) }}",
        "{{ title|center(999999999) }}", "{{ owner|safe }}", "{{ 1 + 1 }}", "{{ title ~ title }}", "{% set a = 1 %}",
        "{% macro a() %}{% endmacro %}", "{% for a in title %}{% endfor %}",
        "{% for a in sections %}" * 4 + "{% endfor %}" * 4, "{% for a in below %}{% endfor %}" * 51,
        "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
    ],
)  # fmt: skip
def test_layout_that_cannot_be_filled_in_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="填不出来"):
        filled(layout(text), paper())


@pytest.mark.once
def test_layout_goes_through_lists() -> None:
    said = (
        '{% for one in tables %}{% for row in one.rows %}{{ row["values"][0] }}{% endfor %}{{ one.axis }} {% endfor %}'
    )
    assert text_of(filled(layout(said), paper())).split() == ["0station", "0body", "0category", "0tier", "0channel"]


def damaged() -> list[bytes]:
    """Files that are no document, half of one, another one, and one that is small until it is unpacked."""
    whole, other, bomb = layout(NAMED), io.BytesIO(), io.BytesIO(layout(NAMED))
    with ZipFile(other, "w") as held:
        held.writestr("word/document.xml", "<w:")
    with ZipFile(bomb, "a", ZIP_DEFLATED) as held:
        held.writestr("word/more.xml", b"0" * (layouts.MOST_UNPACKED + 1))
    middle = len(whole) // 2
    return [b"", b"PK", whole[:middle], whole[:middle] + bytes(99) + whole[middle + 99 :], other.getvalue(),
            bomb.getvalue()]  # fmt: skip


@pytest.mark.once
def test_damaged_layout_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for content in damaged():
        with pytest.raises(Unusable, match="填不出来"):
            filled(content, paper())
    monkeypatch.setattr(layouts, "MOST_UNPACKED", 10)
    with pytest.raises(TemplateError):
        list(layouts._within(iter(["一二三四五六"] * 2)))


@pytest.mark.django_db
def test_layout_that_needs_a_line_is_refused_before_it_is_kept(world: HandlingWorld) -> None:
    for needy in ("{{ tables[0].rows[0].name }}", "{{ below[0].name }}", "{{ differs[0].name }}"):
        with pytest.raises(InvalidInput):
            keep(world, needy)
    keep(world, "{% if below %}{{ below[0].name }}{% endif %}")


def keep(world: HandlingWorld, text: str) -> Layout:
    file = SimpleUploadedFile("版式.docx", layout(text))
    return keeping.keep_layout(level="district", attachments=file, by=world.district_staff, now=NOW)


@pytest.mark.django_db
def test_district_signs_with_its_layout_and_without_one_that_fails(
    world: HandlingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(world, "{{ title }}")
    services.draft_month(month=date(2026, 10, 1), now=NOW)
    report = MonthlyReport.objects.get(level=Level.DISTRICT)
    monkeypatch.setattr(services, "FORMS", ("csv",))
    with override("en"):
        first = sign(report, world)
    files = {one.form: one.file for one in first.files.all()}
    assert files.keys() == {"csv", "own"}
    title = "云汀区人大常委会2026年10月代表联络工作月报"
    assert files["own"].name == f"{title}.docx"
    with files["own"].file.open("rb") as held:
        assert text_of(held.read()) == title
    services.correct_report(report=report, reason="补写说明", by=world.leader, now=NOW)
    services.annotate_report(report=report, section="flow", text="雨天多。", by=world.leader, now=NOW)
    monkeypatch.setattr(services, "own", refuse)
    with override("en"):
        second = sign(report, world)
    assert [one.form for one in second.files.all()] == ["csv"]
    assert [one["name"] for one in second.differs] == ["来和去：说明"]
    assert "写错了" in Event.objects.get(chain=report.chain, verb="leave_layout_out").reason


def refuse(*_given: Any) -> Any:
    raise Unusable("写错了")


def sign(report: MonthlyReport, world: HandlingWorld) -> Edition:
    digest = digest_of(compose(report, now=NOW))
    return services.sign_report(report=report, digest=digest, by=world.leader, now=NOW)


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
