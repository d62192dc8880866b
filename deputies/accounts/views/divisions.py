"""Importing lists of divisions at the desk: upload, look at the report, confirm.

The page is here rather than in `organisations` because it asks for a permission, which that capability does not know.
"""

from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from deputies.accounts.access import Permission, requires
from deputies.accounts.forms import DivisionsForm, posted
from deputies.organisations.services import DivisionList, import_divisions, pack, read_divisions, unpack
from liaison.base.errors import InvalidInput
from liaison.base.imports import read_table
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast

SHOWN = 200
"""Bad rows printed on the page."""
signer = TimestampSigner(salt="divisions-import")
VALID_SECONDS = 3600


@requires(Permission.REFERENCE_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Read a file and say what it would change; nothing is written yet."""
    form = DivisionsForm(posted(request), request.FILES or None)
    read = _read(form) if form.is_valid() else None
    if read is None:
        return render(
            request, "deputies/organisations/import.html", {"form": form}, status=422 if form.is_bound else 200
        )
    report = import_divisions(read, by=request.user, now=timezone.now(), dry_run=True)
    context: dict[str, Any] = {"form": form, "report": report, "errors": report.errors[:SHOWN]}
    if report.ok:
        context["held"] = signer.sign_object(pack(read), compress=True)
    return render(request, "deputies/organisations/import.html", context, status=200 if report.ok else 422)


def _read(form: DivisionsForm) -> DivisionList | None:
    file = form.cleaned_data["file"]
    try:
        table = read_table(file.read(), name=file.name)
        return read_divisions([table], parent_names=form.cleaned_data["parents"])
    except InvalidInput as error:
        form.add_error("file", str(error.message))
        return None


@requires(Permission.REFERENCE_EDIT)
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Write what the report showed."""
    try:
        read = unpack(signer.unsign_object(request.POST.get("held", ""), max_age=VALID_SECONDS))
    except BadSignature as error:
        raise InvalidInput(_("核对结果已经失效，请重新上传文件。")) from error
    report = import_divisions(read, by=request.user, now=timezone.now())
    if not report.ok:
        raise InvalidInput(_("上传之后数据有了变化，请重新上传文件核对。"))
    words = {"created": report.created, "updated": report.updated}
    toast(request, _("已导入：新增 %(created)d 条，修改 %(updated)d 条。") % words)
    return go(request, reverse("accounts:divisions_import"))
