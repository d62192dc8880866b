"""Screens of a plan: the plan itself, its forms, and the one-tap steps of a measure."""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from deputies.organisations.queries import district_of, handlers_of
from liaison.base.errors import NotAllowed
from liaison.base.files.services import prepared_images
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.parts import Thumb
from liaison.base.web.steps import Act, serve_form, tap
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today
from opinions.matters.models import Attachment, Matter, MatterQuerySet
from opinions.plans import services
from opinions.plans.access import keeps, looks_after, works_on
from opinions.plans.forms import FoundForm, MeasureForm, ProgressForm, ProjectForm, RedoForm
from opinions.plans.models import Measure, Milestone, Plan
from opinions.plans.queries import WEEK, days_to_project, light_up, plan_of, with_plan_for
from opinions.proposals.access import may_found
from opinions.proposals.models import Proposal
from opinions.proposals.queries import visible_proposals

FORM = "opinions/plans/form.html", "opinions/plans/_form.html"


def _matters(request: SignedIn) -> MatterQuerySet:
    rows = with_plan_for(request.user)
    return rows.select_related("street", "district", "holder", "holder_deputy", "deputy")


def _matter(request: SignedIn, code: str) -> Matter:
    return get_object_or_404(_matters(request), code=code)


def _measure(request: SignedIn, measure_id: int) -> Measure:
    """The measure, if the user may open its plan; else 404."""
    rows = Measure.objects.filter(plan__matter__in=with_plan_for(request.user).order_by().values("pk"))
    related = ("body", "plan__matter__street", "plan__matter__district", "plan__matter__deputy")
    return get_object_or_404(rows.select_related(*related), pk=measure_id)


@require_GET
@requires(P.MATTER_VIEW)
def plan(request: SignedIn, code: str) -> HttpResponse:
    """The plan of a matter: measures, lights, progress, what was sent back."""
    matter, today = _matter(request, code), local_today(timezone.now())
    found = plan_of(matter)
    carrier = _carrier(request, matter, found)
    if found is not None:
        light_up(found, today)
    inside = Matter.objects.one_visible_to(request.user, matter.code).exists()
    if found is not None and carrier is not None:
        found.matter = carrier
        _show_photos(found, readable=inside)
    days = days_to_project(found) if found else None
    context = {
        "matter": matter, "plan": found, "days": days, "in_week": days is not None and days <= WEEK,
        "carrier": carrier, "inside": inside, "may": _may(request, carrier), "source": _source(request, found),
        "mine": request.user.organisation_id if carrier else None,
    }  # fmt: skip
    return render(request, "opinions/plans/plan.html", context)


def _carrier(request: SignedIn, matter: Matter, plan: Plan | None) -> Matter | None:
    """The opinion that carries the plan: another one, where it is a project of a proposal; None if out of scope."""
    if plan is None or plan.matter_id == matter.pk:
        return matter
    return _matters(request).filter(pk=plan.matter_id).first()


def _may(request: SignedIn, carrier: Matter | None) -> dict[str, bool]:
    """What the user may do to a plan: nothing where its opinion is out of scope."""
    if carrier is None:
        return {"keep": False, "look": False}
    return {"keep": keeps(request.user, carrier), "look": looks_after(request.user, carrier)}


def _source(request: SignedIn, plan: Plan | None) -> Proposal | None:
    """The proposal of which the project was made, if the user may open it."""
    if plan is None or plan.proposal_id is None:
        return None
    return visible_proposals(request.user).filter(pk=plan.proposal_id).first()


def _show_photos(plan: Plan, *, readable: bool) -> None:
    """Photos are files of the matter: whoever may not open that reads how the work goes, and sees none."""
    for measure in plan.measures.all():
        for row in measure.progress.all():
            row.files = [_thumb(one) for one in row.photos.all()] if readable else []  # type: ignore[attr-defined]


def _thumb(attachment: Attachment) -> Thumb:
    return Thumb.of(attachment.stored, reverse("desk:attachment", args=[attachment.pk]))


@requires(P.MATTER_VIEW)
def add(request: SignedIn, code: str) -> HttpResponse:
    """列入措施."""
    matter = _matter(request, code)
    if not keeps(request.user, matter):
        raise NotAllowed
    form = MeasureForm(*posted(request), user=request.user, matter=matter)

    def act(**who: Any) -> None:
        services.add_measure(matter=matter, data=form.measure_data, **who)

    return _serve(request, matter, _("列入措施"), form, act, _("已列入计划。"))


@requires(P.MATTER_VIEW)
def change(request: SignedIn, measure_id: int) -> HttpResponse:
    """调整措施."""
    measure = _measure(request, measure_id)
    matter = measure.plan.matter
    if not keeps(request.user, matter):
        raise NotAllowed
    form = MeasureForm(*posted(request), user=request.user, matter=matter, measure=measure)

    def act(**who: Any) -> None:
        services.change_measure(measure=measure, data=form.measure_data, reason=form.cleaned_data["reason"], **who)

    return _serve(request, matter, _("调整措施"), form, act, _("已保存。"))


@requires(P.MATTER_VIEW)
def progress(request: SignedIn, measure_id: int) -> HttpResponse:
    """报告进展."""
    measure = _measure(request, measure_id)
    if not works_on(request.user, measure):
        raise NotAllowed
    form = ProgressForm(*posted(request))

    def act(**who: Any) -> None:
        data = form.cleaned_data
        with prepared_images(data["photos"], **who) as photos:
            services.add_progress(measure=measure, text=data["text"], phase=data["phase"], photos=photos, **who)

    return _serve(request, measure.plan.matter, _("报告进展"), form, act, _("已记下进展。"))


@requires(P.MATTER_ASSIGN)
def redo(request: SignedIn, measure_id: int) -> HttpResponse:
    """不达标重做."""
    measure = _measure(request, measure_id)
    if not looks_after(request.user, measure.plan.matter):
        raise NotAllowed
    form = RedoForm(*posted(request))

    def act(**who: Any) -> None:
        services.redo(measure=measure, **form.cleaned_data, **who)

    return _serve(request, measure.plan.matter, _("不达标重做"), form, act, _("已退回重做。"))


@requires(P.MATTER_VIEW)
def project(request: SignedIn, code: str) -> HttpResponse:
    """立项."""
    matter = _matter(request, code)
    if not keeps(request.user, matter):
        raise NotAllowed
    form = ProjectForm(*posted(request), title=matter.title, plan=plan_of(matter))

    def act(**who: Any) -> None:
        services.make_project(matter=matter, data=form.project_data, **who)

    return _serve(request, matter, _("立项"), form, act, _("已立项。"))


@requires(P.MATTER_ASSIGN)
def found(request: SignedIn, proposal_id: int) -> HttpResponse:
    """立项 from a proposal, in one step."""
    proposal = get_object_or_404(visible_proposals(request.user), pk=proposal_id)
    if not may_found(request.user, proposal):
        raise NotAllowed
    body = proposal.organisation
    district = district_of(body) if body else None
    bodies = handlers_of(district) if district else []
    form = FoundForm(*posted(request), title=proposal.title, bodies=bodies)
    if form.is_bound and form.is_valid():
        words: dict[str, Any] = {"body": form.cleaned_data["body"], "data": form.project_data}
        made = attempt(form, services.make_project_of, proposal=proposal, by=request.user, now=timezone.now(), **words)
        if made is not None:
            toast(request, _("已立项。"))
            return go(request, _place(made.matter))
    context = {"proposal": proposal, "form": form, "label": _("立项")}
    pages = "opinions/plans/found.html", "opinions/plans/_found.html"
    return render_page(request, *pages, context, status=422 if form.is_bound else 200)


@require_POST
@requires(P.MATTER_VIEW)
def finish(request: SignedIn, measure_id: int) -> HttpResponse:
    """办完了."""
    return _tap(request, _measure(request, measure_id), services.finish, _("已报办完，等街道验看。"))


@require_POST
@requires(P.MATTER_ASSIGN)
def accept(request: SignedIn, measure_id: int) -> HttpResponse:
    """验看达标."""
    return _tap(request, _measure(request, measure_id), services.accept, _("已验看达标。"))


@require_POST
@requires(P.MATTER_VIEW)
def reach(request: SignedIn, milestone_id: int) -> HttpResponse:
    """到达节点."""
    held = get_object_or_404(Milestone, pk=milestone_id)
    measure = _measure(request, held.measure_id)
    held.measure = measure

    def act(*, measure: Measure, **who: Any) -> None:
        services.reach(milestone=held, **who)

    return _tap(request, measure, act, _("已记下。"))


def _place(matter: Matter) -> str:
    return reverse("plans:plan", args=[matter.code])


def _tap(request: SignedIn, measure: Measure, act: Act, said: str) -> HttpResponse:
    """One tap on a measure."""
    return tap(request, partial(act, measure=measure), said=said, place=_place(measure.plan.matter))


def _serve(request: SignedIn, matter: Matter, label: str, form: Any, act: Act, said: str) -> HttpResponse:
    """A form about the plan of a matter."""
    place = _place(matter)
    return serve_form(request, form, act, pages=FORM, said=said, place=place, matter=matter, label=label)
