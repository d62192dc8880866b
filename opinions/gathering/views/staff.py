"""For staff: what is alike to a matter and what lies in it, two matters side by side."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.web.htmx import render_page
from opinions.gathering import queries
from opinions.handling.queries import seen_state, why_not
from opinions.matters.models import Matter

RELATED = ("category", "division", "street", "district", "deputy", "holder", "holder_deputy", "merged_into", "opinion")
_JOINS = ("merge", "branch")


def _matter(request: SignedIn, code: str) -> Matter:
    return get_object_or_404(Matter.objects.one_visible_to(request.user, code).select_related(*RELATED), code=code)


def _may(request: SignedIn, matter: Matter) -> dict[str, bool]:
    now = timezone.now()
    return {verb: why_not(request.user, matter, verb, now=now) is None for verb in _JOINS}


@require_GET
@requires(P.MATTER_VIEW)
def panel(request: SignedIn, code: str) -> HttpResponse:
    """相似与并案 on the matter page, loaded after it."""
    matter = _matter(request, code)
    same, elsewhere = queries.candidates(matter, request.user)
    context = {
        "matter": matter, "same": same, "elsewhere": elsewhere, "may": _may(request, matter),
        "seen": seen_state(matter), "joined": queries.joined(matter, request.user, now=timezone.now()),
    }  # fmt: skip
    pages = "opinions/gathering/panel.html", "opinions/gathering/_panel.html"
    return render_page(request, *pages, context)


@require_GET
@requires(P.MATTER_VIEW)
def compare(request: SignedIn, code: str, other: str) -> HttpResponse:
    """Two matters side by side, the words that both have marked."""
    matter, beside = _matter(request, code), _matter(request, other)
    if matter.pk == beside.pk:
        raise Http404
    found = queries.candidate(matter, beside, request.user)
    words = found.alike.words if found else ()
    sides = [
        {
            "matter": row, "pieces": queries.marked(row.opinion.content, words), "photos": queries.photos_of(row),
            "other": other_, "may": _may(request, row), "seen": seen_state(row),
        }
        for row, other_ in ((matter, beside), (beside, matter))
    ]  # fmt: skip
    context = {"matter": matter, "found": found, "sides": sides}
    return render(request, "opinions/gathering/compare.html", context)
