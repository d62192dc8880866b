"""Files for tests of the imports."""

import io
from datetime import date

from django.utils import timezone

from deputies.accounts.models import User
from deputies.contact_points.importing import Plan, apply_plan, plan_import
from deputies.roster.services.rows import COLUMNS
from liaison.base.imports import Table, read_table

TODAY = date(2026, 11, 22)
NOW = timezone.now()


def upload(content: bytes, name: str = "名册.csv") -> io.BytesIO:
    """A file as a browser sends it."""
    out = io.BytesIO(content)
    out.name = name
    return out


def csv_of(columns: tuple[str, ...], *rows: dict[str, str]) -> bytes:
    lines = [",".join(columns), *(",".join(row.get(column, "") for column in columns) for row in rows)]
    return "\n".join(lines).encode()


def roster_csv(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    return csv_of(columns, *rows)


def roster_row(**values: str) -> dict[str, str]:
    known = {
        "姓名": "单样云",
        "级别": "区",
        "届次": "6",
        "手机": "13800000001",
        "代表证号": "QX1",
        "联系机构代码": "YX",
    }
    return known | values


def roster_table(*rows: dict[str, str]) -> Table:
    return read_table(roster_csv(*rows), name="名册.csv")


def imported(*rows: dict[str, str], by: User | None = None) -> Plan:
    plan = plan_import(roster_table(*rows), by=by, today=TODAY)
    apply_plan(plan, by=by, now=NOW, today=TODAY)
    return plan
