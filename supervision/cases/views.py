"""What supervision knows of one matter: a page, and the panel of the matter's page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission, SignedIn, requires
from liaison.base.web.htmx import render_page
from opinions.matters.models import Matter
from supervision.cases.queries import sections

PAGES = "supervision/cases"
RELATED = ("category", "division", "street", "district", "deputy", "holder", "holder_deputy", "opinion")


@require_GET
@requires(Permission.MATTER_VIEW)
def matter(request: SignedIn, code: str) -> HttpResponse:
    """督办: the lights of the matter, and what each capability has to say of it, for whom it concerns."""
    rows = Matter.objects.one_visible_to(request.user, code).select_related(*RELATED)
    found = get_object_or_404(rows)
    context = {"matter": found, "sections": sections(found, request.user)}
    return render_page(request, f"{PAGES}/matter.html", f"{PAGES}/_panel.html", context)
