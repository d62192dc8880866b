"""调研记录: the list, one note, writing and changing it."""

from typing import Any

from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, can, requires
from liaison.base.errors import NotAllowed
from liaison.base.files.responses import file_response
from liaison.base.files.services import prepared_images
from liaison.base.web import parts
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import go
from liaison.base.web.paging import KeysetPage
from liaison.base.web.toasts import toast
from opinions.matters.models import Matter
from opinions.proposals import services
from opinions.proposals.access import may_write
from opinions.proposals.forms.research import NoteForm
from opinions.proposals.models import ResearchFile, ResearchNote
from opinions.proposals.queries import RAISABLE, participants, visible_notes


@require_GET
@requires(P.PROPOSAL_VIEW)
def notes(request: SignedIn) -> HttpResponse:
    """Research notes, the latest first."""
    text = request.GET.get("q", "").strip()[:100]
    rows = visible_notes(request.user).annotate(linked=Count("matters", distinct=True))
    rows = rows.filter(title__icontains=text) if text else rows
    page = KeysetPage(rows, order=("-held_on", "-id"), cursor=request.GET.get("page"))
    context = {"page": page, "q": text, "may_note": can(request.user, P.RESEARCH_EDIT)}
    return render(request, "opinions/proposals/notes.html", context)


@require_GET
@requires(P.PROPOSAL_VIEW)
def note(request: SignedIn, note_id: int) -> HttpResponse:
    """One note with what it is about, as far as that is in the user's scope."""
    held = get_object_or_404(visible_notes(request.user), pk=note_id)
    matters = list(held.matters.filter(pk__in=Matter.objects.visible_to(request.user).values("pk")).order_by("id"))
    raisable = [row for row in matters if row.status in RAISABLE]
    context = {
        "note": held, "matters": matters, "participants": participants(held),
        "photos": [_thumb(row) for row in held.files.select_related("stored")],
        "may_write": may_write(request.user, held),
        "may_propose": bool(raisable) and can(request.user, P.MATTER_RAISE),
    }  # fmt: skip
    return render(request, "opinions/proposals/note.html", context)


def _thumb(row: ResearchFile) -> parts.Thumb:
    return parts.Thumb.of(row.stored, reverse("proposals:file", args=[row.note_id, row.pk]))


@require_GET
@requires(P.PROPOSAL_VIEW)
def file(request: SignedIn, note_id: int, file_id: int) -> HttpResponseBase:
    """A photo of a note in the user's scope."""
    held = get_object_or_404(visible_notes(request.user), pk=note_id)
    row = get_object_or_404(held.files.select_related("stored"), pk=file_id)
    return file_response(request, row.stored, thumbnail="thumb" in request.GET)


@requires(P.RESEARCH_EDIT)
def new(request: SignedIn) -> HttpResponse:
    """Write a note; opinions named in the address stand there already."""
    first = {"codes": "\n".join(request.GET.getlist("matter")[:50])}
    form = NoteForm(*posted(request), user=request.user, initial=first)
    return _served(request, form, services.write_note)


@requires(P.RESEARCH_EDIT)
def edit(request: SignedIn, note_id: int) -> HttpResponse:
    """Change a note; photos are added."""
    held = get_object_or_404(visible_notes(request.user), pk=note_id)
    if not may_write(request.user, held):
        raise NotAllowed
    form = NoteForm(*posted(request), user=request.user, note=held)
    return _served(request, form, services.change_note, note=held)


def _served(request: SignedIn, form: NoteForm, service: Any, **given: Any) -> HttpResponse:
    """The form, or what was written by it."""
    kept = _kept(request, form, service, given) if form.is_bound and form.is_valid() else None
    if kept is not None:
        toast(request, _("调研记录已保存。"))
        return go(request, reverse("proposals:note", args=[kept.pk]))
    context = {"form": form, "note": given.get("note")}
    return render(request, "opinions/proposals/note_form.html", context, status=422 if form.is_bound else 200)


def _kept(request: SignedIn, form: NoteForm, service: Any, given: dict[str, Any]) -> ResearchNote | None:
    """The note as it was kept; None when it was refused, with the sentence at its field."""
    who: dict[str, Any] = {"by": request.user, "now": timezone.now()}
    if "note" in given:
        given = {**given, "version": form.cleaned_data["version"] or 0}

    def keep() -> ResearchNote:
        with prepared_images(form.cleaned_data["photos"], **who) as photos:
            note: ResearchNote = service(content=form.content, photos=photos, **who, **given)
        return note

    return attempt(form, keep)
