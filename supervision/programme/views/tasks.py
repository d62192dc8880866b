"""Tasks: the list, one of them, and its steps."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.errors import NotAllowed
from liaison.base.files.responses import file_response
from liaison.base.files.services import prepared_images
from liaison.base.web.forms import posted
from liaison.base.web.paging import KeysetPage
from liaison.base.web.parts import Tab, Thumb
from liaison.base.web.steps import tap
from liaison.base.workdays.arithmetic import local_today
from supervision.programme import queries, services
from supervision.programme.access import organises, works_on
from supervision.programme.forms.tasks import MoveForm, ProgressForm, RedoForm
from supervision.programme.models import Task, TaskProgress
from supervision.programme.states import UNDONE
from supervision.programme.views.serving import PAGES, load_task, serve


@require_GET
@requires(P.PROGRAMME_VIEW)
def tasks(request: SignedIn) -> HttpResponse:
    """The tasks in the user's scope, the most urgent first; by light and state."""
    today, shown = local_today(timezone.now()), request.GET.get("show", "open")
    shown = shown if shown in queries.SHOWN else "open"
    rows = queries.visible_tasks(request.user).filter(queries.tasks_with(shown, today))
    page = KeysetPage(rows, order=("due_on", "id"), cursor=request.GET.get("page"))
    queries.light_tasks(page.items, today)
    return render(request, f"{PAGES}/tasks.html", {"page": page, "choices": _choices(shown), "shown": shown})


def _choices(shown: str) -> list[Tab]:
    labels = {
        "open": _("未办完"), "red": _("已超期"), "yellow": _("快到期"), "done": _("待验看"), "accepted": _("已验看"),
    }  # fmt: skip
    return [Tab(label, f"?show={name}", current=name == shown) for name, label in labels.items()]


@require_GET
@requires(P.PROGRAMME_VIEW)
def task(request: SignedIn, pk: int) -> HttpResponse:
    """One task: who, by when, what was done, what was sent back."""
    found = load_task(request, pk)
    queries.light_tasks([found], local_today(timezone.now()))
    progress = found.progress.select_related("by").prefetch_related("photos")
    own, works = organises(request.user, found.activity), works_on(request.user, found)
    context = {
        "task": found, "progress": [(row, _thumbs(found, row)) for row in progress],
        "trail": queries.trail(found), "works": works, "own": own,
        "undone": found.status in UNDONE, "inside": _inside(request, found),
    }  # fmt: skip
    return render(request, f"{PAGES}/task.html", context)


def _thumbs(found: Task, row: TaskProgress) -> list[Thumb]:
    return [Thumb.of(one, reverse("programme:photo", args=[found.pk, one.pk])) for one in row.photos.all()]


def _inside(request: SignedIn, found: Task) -> bool:
    """Whether the user may open the matter of the task: a body reads its task without having the matter."""
    return found.matter is not None and found.matter.concerns(request.user)


@require_GET
@requires(P.PROGRAMME_VIEW)
def photo(request: SignedIn, pk: int, photo_id: Any) -> HttpResponseBase:
    """A photo of a task in the user's scope."""
    found = load_task(request, pk)
    rows = TaskProgress.photos.through.objects.filter(taskprogress__task=found)
    row = get_object_or_404(rows.select_related("storedfile"), storedfile=photo_id)
    return file_response(request, row.storedfile, thumbnail="thumb" in request.GET)


def _place(found: Task) -> str:
    return reverse("programme:task", args=[found.pk])


@requires(P.PROGRAMME_VIEW)
def progress(request: SignedIn, pk: int) -> HttpResponse:
    """报告进展."""
    found = load_task(request, pk)
    if not works_on(request.user, found):
        raise NotAllowed
    form = ProgressForm(*posted(request))

    def act(**who: Any) -> None:
        data = form.cleaned_data
        with prepared_images(data["photos"], **who) as photos:
            services.add_progress(task=found, text=data["text"], phase=data["phase"], photos=photos, **who)

    return serve(
        request, form=form, label=_("报告进展"), place=_place(found), act=act, said=_("已记下进展。"), about=found.text
    )


@require_POST
@requires(P.PROGRAMME_VIEW)
def finish(request: SignedIn, pk: int) -> HttpResponse:
    """办完了."""
    found, said = load_task(request, pk), _("已报办完，等组织机构验看。")
    return tap(request, lambda **who: services.finish(task=found, **who), place=_place(found), said=said)


@require_POST
@requires(P.PROGRAMME_EDIT)
def accept(request: SignedIn, pk: int) -> HttpResponse:
    """验看达标."""
    found = load_task(request, pk)
    return tap(request, lambda **who: services.accept(task=found, **who), place=_place(found), said=_("已验看达标。"))


@requires(P.PROGRAMME_EDIT)
def redo(request: SignedIn, pk: int) -> HttpResponse:
    """不达标重办."""
    return _again(request, pk, RedoForm, services.redo, _("不达标重办"), _("已退回重办。"))


@requires(P.PROGRAMME_EDIT)
def move(request: SignedIn, pk: int) -> HttpResponse:
    """改期限."""
    return _again(request, pk, MoveForm, services.move_day, _("改期限"), _("期限已改，责任单位会收到通知。"))


def _again(request: SignedIn, pk: int, form_class: Any, service: Any, label: str, said: str) -> HttpResponse:
    found = load_task(request, pk)
    if not organises(request.user, found.activity):
        raise NotAllowed
    form = form_class(*posted(request))

    def act(**who: Any) -> None:
        service(task=found, **form.cleaned_data, **who)

    return serve(request, form=form, label=label, place=_place(found), act=act, said=said, about=found.text)
