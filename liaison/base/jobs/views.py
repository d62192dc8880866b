"""The pages of a person's background jobs: progress, download, another try."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from liaison.base.files.responses import file_response
from liaison.base.jobs import services
from liaison.base.jobs.models import Job
from liaison.base.jobs.queries import owned_by, waits_long
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage

View = Callable[..., HttpResponseBase]


def owners(view: View) -> View:
    """Declare a page that everybody who signs in may ask for and that shows the own jobs only."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    wrapped: View = login_required(checked)
    wrapped.permission = "desk"  # type: ignore[attr-defined]
    return wrapped


def _job(request: HttpRequest, pk: int) -> Job:
    return get_object_or_404(owned_by(request.user), pk=pk)


@owners
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The jobs that I started."""
    page = KeysetPage(owned_by(request.user), order=("-id",), cursor=request.GET.get("page"))
    return render(request, "base/jobs/list.html", {"page": page})


@owners
@never_cache
@require_safe
def job_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one job is; HTMX asks every two seconds, others reload."""
    job = _job(request, pk)
    now = timezone.now()
    gone = job.expires_at is not None and (job.result is None or job.expires_at <= now)
    context = {"job": job, "waits_long": waits_long(job, now), "gone": gone}
    return render_page(request, "base/jobs/job.html", "base/jobs/_job.html", context)


@owners
@never_cache
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The result, to the owner who still has the permission."""
    job = _job(request, pk)
    return file_response(request, services.result_of(job=job, by=request.user, now=timezone.now()))


@owners
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Queue a failed job once more."""
    job = _job(request, pk)
    services.retry(job=job, by=request.user, now=timezone.now())
    return go(request, reverse("jobs:job", args=[job.pk]))
