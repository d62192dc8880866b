"""The public statistics of a district: figures with what they count, light, and kept for a moment."""

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from liaison.base.stamps import reading
from liaison.base.web.decorators import public
from liaison.base.workdays.arithmetic import local_today
from supervision.reports import services
from supervision.reports.public_page import districts, offered, page
from supervision.reports.registry import registry

PAGES = "supervision/reports"
KEPT = 300
"""Seconds for which the figures of the public page stand; it says when they were counted."""


@public
@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """/stats/: a district's figures for twelve months or one, with the year before, by category, tier and channel."""
    now = timezone.now()
    held = districts()
    district = next((one for one in held if one.code == request.GET.get("district")), held[0] if held else None)
    span = offered(request.GET.get("month"), local_today(now))
    key = f"stats:{district and district.pk}:{span[0]}:{span[1]}:{local_today(now)}:{get_language()}"
    body = cache.get(key)
    if body is None:
        services.brought_up(now)
        with reading():
            told: dict[str, Any] = page(district, span, now) if district else {}
        body = render_to_string(f"{PAGES}/_stats.html", {**told, "districts": held})
        cache.set(key, body, KEPT)
    return render(request, f"{PAGES}/stats.html", {"body": body, "district": district})


@public
@require_GET
def definitions(request: HttpRequest) -> HttpResponse:
    """How every public figure is counted, and what it leaves out."""
    return render(request, f"{PAGES}/definitions.html", {"entries": [one for one in registry().values() if one.public]})
