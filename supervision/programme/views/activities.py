"""Activities: the list, one of them, and each step from its plan to its result."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, can, requires
from deputies.accounts.models import DEPARTMENT_ROLES
from liaison.base.audit.models import Event
from liaison.base.codes import qr_svg
from liaison.base.errors import NotAllowed
from liaison.base.files.responses import file_response
from liaison.base.files.services import prepared_files
from liaison.base.web.forms import posted
from liaison.base.web.htmx import render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.parts import Thumb
from liaison.base.web.steps import tap
from liaison.base.workdays.arithmetic import local_today
from opinions.matters.models import Matter
from supervision.programme import queries, services
from supervision.programme.access import answers_appointment, organises
from supervision.programme.forms import activities as forms
from supervision.programme.forms.plans import FilterForm
from supervision.programme.models import Activity, ActivityFile, Scope
from supervision.programme.states import AHEAD, OVER, TOOK_PLACE, ActivityStatus
from supervision.programme.views.serving import PAGES, load_activity, load_own_activity, place_of, serve, serve_on


@require_GET
@requires(P.PROGRAMME_VIEW)
def activities(request: SignedIn) -> HttpResponse:
    """The activities in the user's scope, the latest first; what the user has to answer stands on top."""
    form = FilterForm(request.GET)
    rows = queries.visible_activities(request.user).filter(**form.conditions)
    page = KeysetPage(rows, order=("-starts_at", "-id"), cursor=request.GET.get("page"))
    context = {
        "page": page, "form": form, "waiting": queries.waiting_invitations(request.user, timezone.now()),
        "filtered": bool(form.conditions), "may_edit": can(request.user, P.PROGRAMME_EDIT),
    }  # fmt: skip
    return render(request, f"{PAGES}/activities.html", context)


@require_GET
@requires(P.PROGRAMME_VIEW)
def waiting(request: SignedIn) -> HttpResponse:
    """请您回复, pulled by a deputy's desk: an answer is one tap away. Empty when nothing waits."""
    rows = queries.waiting_invitations(request.user, timezone.now())
    pages = f"{PAGES}/waiting.html", f"{PAGES}/_waiting.html"
    return render_page(request, *pages, {"waiting": rows})


@require_GET
@requires(P.PROGRAMME_VIEW)
def activity(request: SignedIn, pk: int) -> HttpResponse:
    """One activity: when, who, what about, minutes, tasks, result."""
    found = load_activity(request, pk)
    rows = queries.people(found)
    matters, hidden = queries.matters_of(found, request.user)
    files = found.files.select_related("stored")
    context = {
        "activity": found, "people": rows, "own": queries.own_answers(request.user, rows),
        "turnout": queries.turnout(rows), "matters": matters, "hidden": hidden, "tasks": _tasks(request, found),
        "photos": [Thumb.of(one.stored, _place_of_file(one)) for one in files if one.stored.is_image],
        "documents": [(one.stored, _place_of_file(one)) for one in files if not one.stored.is_image],
        "history": _history(found), "may": _may(request, found), "ahead": found.status in AHEAD,
        "took_place": found.status in TOOK_PLACE, **_public(found),
    }  # fmt: skip
    return render(request, f"{PAGES}/activity.html", context)


def _place_of_file(row: ActivityFile) -> str:
    return reverse("programme:file", args=[row.activity_id, row.pk])


def _tasks(request: SignedIn, found: Activity) -> list[Any]:
    """The tasks with their lights; a body reads its own."""
    rows = found.tasks.select_related("body")
    if request.user.role in DEPARTMENT_ROLES:
        rows = rows.filter(body=request.user.organisation_id)
    return queries.light_tasks(rows, local_today(timezone.now()))


def _history(found: Activity) -> list[Event]:
    """Moved, cancelled: with the old date and the reason."""
    told = ("postpone_activity", "cancel_activity")
    return list(Event.objects.filter(chain=found.chain, verb__in=told).order_by("seq"))


def _may(request: SignedIn, found: Activity) -> dict[str, bool]:
    """What the user may do now; the services ask again."""
    own, begun = organises(request.user, found), found.starts_at <= timezone.now()
    announced = found.status == ActivityStatus.ANNOUNCED
    return {
        "edit": own and found.status in AHEAD,
        "announce": own and found.status == ActivityStatus.PLANNED,
        "hold": own and begun and (announced or found.status == ActivityStatus.HELD),
        "mark": own and begun and (announced or found.status == ActivityStatus.HELD),
        "give": own and found.status in TOOK_PLACE,
        "conclude": own and found.status == ActivityStatus.HELD,
        "gather": own and found.opens_on is not None and found.status not in OVER,
        "answer": announced and answers_appointment(request.user, found),
        "say": announced,
    }  # fmt: skip


def _public(found: Activity) -> dict[str, Any]:
    """The residents' page of a public one, as a link and a QR symbol."""
    if found.scope != Scope.PUBLIC or found.status == ActivityStatus.PLANNED:
        return {}
    address = queries.public_address(found)
    return {"address": address, "symbol": mark_safe(qr_svg(address))}  # noqa: S308 - our own SVG of our own address


@require_GET
@requires(P.PROGRAMME_VIEW)
def file(request: SignedIn, pk: int, file_id: int) -> HttpResponseBase:
    """A photo or a document of an activity in the user's scope."""
    row = get_object_or_404(load_activity(request, pk).files.select_related("stored"), pk=file_id)
    return file_response(request, row.stored, thumbnail="thumb" in request.GET)


@requires(P.PROGRAMME_EDIT)
def new(request: SignedIn) -> HttpResponse:
    """筹备活动; opinions named in the address stand there already."""
    first = {"codes": "\n".join(request.GET.getlist("matter")[:50]), "kind": request.GET.get("kind", "")}
    form = forms.ActivityForm(*posted(request), user=request.user, initial=first)

    def act(**who: Any) -> str:
        return place_of(services.plan_activity(data=form.activity_data, **who))

    place = reverse("programme:activities")
    said = _("已保存，请人参加后发出通知。")
    return serve(request, form=form, label=_("筹备活动"), place=place, act=act, said=said)


@requires(P.PROGRAMME_EDIT)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """修改."""
    found = load_own_activity(request, pk)
    form = forms.ActivityForm(*posted(request), user=request.user, activity=found)

    def act(**who: Any) -> None:
        services.change_activity(activity=found, data=form.activity_data, **who)

    return serve_on(request, found, form, act, label=_("修改"), said=_("已保存。"))


@require_POST
@requires(P.PROGRAMME_EDIT)
def announce(request: SignedIn, pk: int) -> HttpResponse:
    """发出通知."""
    found = load_own_activity(request, pk)
    said = _("通知已发出。")
    return tap(request, lambda **who: services.announce(activity=found, **who), place=place_of(found), said=said)


@requires(P.PROGRAMME_EDIT)
def postpone(request: SignedIn, pk: int) -> HttpResponse:
    """改期."""
    found = load_own_activity(request, pk)
    form = forms.PostponeForm(*posted(request))
    form.show_times(found)

    def act(**who: Any) -> None:
        services.postpone(activity=found, reason=form.cleaned_data["reason"], **form.times, **who)

    said = _("已改期，参加的人会收到通知。")
    return serve_on(request, found, form, act, label=_("改期"), said=said)


@requires(P.PROGRAMME_EDIT)
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    """取消."""
    found = load_own_activity(request, pk)
    form = forms.CancelForm(*posted(request))

    def act(**who: Any) -> None:
        services.cancel(activity=found, **form.cleaned_data, **who)

    said = _("活动已取消，参加的人会收到通知。")
    return serve_on(request, found, form, act, label=_("取消活动"), said=said)


@requires(P.PROGRAMME_VIEW)
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """回复代表的约见、视察."""
    found = load_activity(request, pk)
    if not answers_appointment(request.user, found):
        raise NotAllowed
    form = forms.AnswerForm(*posted(request))

    def act(**who: Any) -> None:
        services.answer(activity=found, **form.cleaned_data, **who)

    place, about = place_of(found), found.request
    return serve(request, form=form, label=_("回复代表"), place=place, act=act, said=_("已回复。"), about=about)


@requires(P.PROGRAMME_EDIT)
def minutes(request: SignedIn, pk: int) -> HttpResponse:
    """记纪要, with tasks."""
    found = load_own_activity(request, pk)
    form = forms.MinutesForm(*posted(request), activity=found)

    def act(**who: Any) -> None:
        data = form.cleaned_data
        with prepared_files(data["attachments"], **who) as files:
            services.keep_minutes(activity=found, minutes=data["minutes"], tasks=form.tasks, files=files, **who)

    return serve_on(request, found, form, act, label=_("记纪要"), said=_("纪要已保存。"))


@requires(P.PROGRAMME_EDIT)
def give(request: SignedIn, pk: int) -> HttpResponse:
    """交任务."""
    found = load_own_activity(request, pk)
    form = forms.GiveForm(*posted(request), activity=found)

    def act(**who: Any) -> None:
        services.give_tasks(activity=found, tasks=form.tasks, **who)

    return serve_on(request, found, form, act, label=_("交任务"), said=_("任务已交办。"))


@requires(P.PROGRAMME_EDIT)
def conclude(request: SignedIn, pk: int) -> HttpResponse:
    """形成结果."""
    found = load_own_activity(request, pk)
    form = forms.OutcomeForm(*posted(request), activity=found)

    def act(**who: Any) -> None:
        words = {name: form.cleaned_data[name] for name in ("outcome", "outcome_class")}
        services.conclude(activity=found, results=form.results, **words, **who)

    return serve_on(request, found, form, act, label=_("形成结果"), said=_("结果已保存。"))


@requires(P.PROGRAMME_EDIT)
def gather(request: SignedIn, pk: int) -> HttpResponse:
    """征集到的意见: what residents raised in the announced month under the theme; the chosen ones are attached."""
    found = load_own_activity(request, pk)
    rows = queries.gathered(found, request.user)
    if request.method == "POST":
        keys = [int(one) for one in request.POST.getlist("ids") if one.isascii() and one.isdigit() and len(one) < 19]
        chosen = list(rows.filter(pk__in=keys[: queries.MOST_CANDIDATES]))
        return _gathered(request, found, chosen)
    shown = list(rows.select_related("category", "street")[: queries.MOST_CANDIDATES])
    return render(request, f"{PAGES}/gather.html", {"activity": found, "matters": shown})


def _gathered(request: SignedIn, found: Activity, chosen: list[Matter]) -> HttpResponse:
    n = len(chosen)
    said = ngettext("已关联 %(n)d 件意见。", "已关联 %(n)d 件意见。", n) % {"n": n}

    def act(**who: Any) -> None:
        services.attach_matters(activity=found, matters=chosen, **who)

    return tap(request, act, place=place_of(found), said=said)
