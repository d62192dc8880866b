"""What both imports on the web do alike with files and confirmations that are none."""

import pytest
from django.test import Client
from django.urls import reverse

from deputies.accounts.models import User
from deputies.contact_points.register_rows import COLUMNS
from deputies.contact_points.views import dry_run
from deputies.roster.models import Term
from tests.factories.accounts import sign_in
from tests.factories.roster_files import csv_of, roster_csv, roster_row, upload

pytestmark = pytest.mark.django_db
IMPORTS = ["points_import", "roster_import"]
POINT = {"名称": "荷塘联络站", "类别": "代表联络站", "所在社区": "荷塘社区", "地址": "荷塘路 1 号"}
TWO_ROWS = {
    "points_import": csv_of(COLUMNS, POINT, POINT | {"名称": "b"}),
    "roster_import": roster_csv(roster_row(), roster_row(姓名="李例")),
}


@pytest.mark.parametrize("name", IMPORTS)
@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02", b"PK\x03\x04broken", "姓名,姓名\na,b".encode(), "名称,名称\na,b".encode(), b'"'],
)
def test_page_with_what_is_no_table_says_so(client: Client, staff: User, name: str, content: bytes) -> None:
    url = reverse(f"contact_points:{name}")
    sign_in(client, staff)
    assert client.post(url, {"file": upload(content)}).status_code == 422
    assert client.post(url, {}).status_code == 422


@pytest.mark.parametrize("name", IMPORTS)
def test_page_with_too_many_rows_says_so(
    client: Client, staff: User, term: Term, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(dry_run, "MOST_ROWS", 1)
    answer = sign_in(client, staff).post(reverse(f"contact_points:{name}"), {"file": upload(TWO_ROWS[name])})
    assert answer.status_code == 422
    assert "分成几个文件" in answer.content.decode()


@pytest.mark.parametrize("name", IMPORTS)
@pytest.mark.parametrize("packed", ["", "nonsense", "a:b:c"])
def test_confirm_with_what_we_did_not_sign_is_refused(client: Client, staff: User, name: str, packed: str) -> None:
    answer = sign_in(client, staff).post(reverse(f"contact_points:{name}_confirm"), {"packed": packed})
    assert answer.status_code == 400
    assert "重新上传" in answer.content.decode()
