"""并案、同因分点, and taking a matter out again."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from deputies.accounts.access import requires
from opinions.handling import services
from opinions.handling.forms import merging as forms
from opinions.handling.serving import serve


@requires(P.MATTER_MERGE)
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """并案; 撤销 stands beside what is said when it is done."""
    return serve(request, code, "merge", forms.MergeForm, services.merge, done=_("已并案。"), undo="unmerge")


@requires(P.MATTER_MERGE)
def branch(request: HttpRequest, code: str) -> HttpResponse:
    """列为同因分点."""
    return serve(request, code, "branch", forms.BranchForm, services.branch, done=_("已列为同因分点。"), undo="unmerge")


@requires(P.MATTER_MERGE)
def unmerge(request: HttpRequest, code: str) -> HttpResponse:
    """撤销并案."""
    return serve(request, code, "unmerge", forms.UnmergeForm, services.unmerge, done=_("已撤销并案，恢复单独办理。"))
