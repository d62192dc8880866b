"""Writing the layouts that a district keeps for its reports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from deputies.accounts.access import check
from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.services import Fact, record
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.files.models import StoredFile
from liaison.base.files.services import prepared_files, save_prepared
from liaison.base.step import step
from liaison.base.workdays.arithmetic import local_today
from supervision.reports.layouts import DOCX, filled
from supervision.reports.models import Layout
from supervision.reports.specimen import bare, full


def keep_layout(*, level: str, attachments: Any, by: User, now: datetime) -> Layout:
    """Keep a DOCX as the next version of the layout of a level, if it can be filled in with a report.

    Raises NotAllowed, InvalidInput (at `attachments`), StorageFull.
    """
    check(by, P.REPORT_LAYOUT)
    with prepared_files([attachments], by=by, now=now) as rows:
        if rows[0].content_type != DOCX:
            raise InvalidInput(_("请上传 Word 文件（DOCX）。"), field="attachments")
        with rows[0].file.open("rb") as held:
            content = held.read()
        for paper in (full(level, local_today(now)), bare(level, local_today(now))):
            filled(content, paper)
        return _kept(level, rows, by=by, now=now)


@step
def _kept(level: str, rows: Sequence[StoredFile], *, by: User, now: datetime) -> Layout:
    if by.organisation_id is None:
        raise NotAllowed
    body = Organisation.objects.select_for_update().get(pk=by.organisation_id)
    save_prepared(rows)
    held = Layout.objects.filter(organisation=body, level=level)
    last = held.order_by("-version").values_list("version", flat=True).first() or 0
    made_ = Layout.objects.create(organisation=body, level=level, version=last + 1, file=rows[0], by=by, at=now)
    told = Fact(verb="keep_layout", data={"level": level, "version": made_.version, "sha256": rows[0].sha256})
    record(f"layouts:{body.pk}", told, by=by, now=now)
    return made_


@step
def drop_layout(*, layout: Layout, by: User, now: datetime) -> None:
    """Take a version out of use; the one before it holds again, or the built-in layout alone."""
    check(by, P.REPORT_LAYOUT)
    if layout.organisation_id != by.organisation_id:
        raise NotAllowed
    if Layout.objects.filter(pk=layout.pk, active=True).update(active=False):
        told = Fact(verb="drop_layout", data={"level": layout.level, "version": layout.version})
        record(f"layouts:{layout.organisation_id}", told, by=by, now=now)
