"""Desk pages of routing: the district's rules, editing a draft, trying out, and why a matter went where it went."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deputies.accounts.access import Permission, can, requires
from deputies.organisations.models import Organisation
from deputies.organisations.queries import district_of
from liaison.base.errors import InvalidInput
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast
from opinions.matters.models import Matter
from opinions.routing import services
from opinions.routing.forms import OverrideForm, RuleForm, TryForm
from opinions.routing.models import Rule, RuleSet, RuleSetStatus
from opinions.routing.planning import draw_up
from opinions.routing.queries import compile_set, in_words, names, shown_rules, why

PAGES = "opinions/routing"


def _district(request: HttpRequest) -> Organisation:
    """The district whose rules concern the user, 404 for one without."""
    user: Any = request.user
    district = district_of(user.organisation) if user.organisation else None
    if district is None:
        raise Http404
    return district


def _rule_set(request: HttpRequest, version: int) -> RuleSet:
    return get_object_or_404(RuleSet.objects.select_related("district"), district=_district(request), version=version)


def _rule(request: HttpRequest, version: int, rule_id: int) -> Rule:
    rules = Rule.objects.select_related("rule_set__district", "organisation")
    return get_object_or_404(rules, pk=rule_id, rule_set=_rule_set(request, version))


def matter_url(matter: Matter) -> str:
    """The matter's page, which belongs to the desk above."""
    return reverse("desk:matter", args=[matter.code])


def _version_url(rule_set: RuleSet) -> str:
    return reverse("routing:version", args=[rule_set.version])


@require_GET
@requires(Permission.RULES_VIEW)
def rule_list(request: HttpRequest) -> HttpResponse:
    """The version in force."""
    in_force = RuleSet.objects.filter(district=_district(request), status=RuleSetStatus.ACTIVE).first()
    return _show(request, in_force)


@require_GET
@requires(Permission.RULES_VIEW)
def version(request: HttpRequest, version: int) -> HttpResponse:
    """One version in sentences."""
    return _show(request, _rule_set(request, version))


def _show(
    request: HttpRequest, rule_set: RuleSet | None, problems: list[str] | None = None, status: int = 200
) -> HttpResponse:
    versions = RuleSet.objects.filter(district=_district(request)).select_related("created_by").order_by("-version")
    may_edit = can(request.user, Permission.RULES_EDIT)
    context = {
        "rule_set": rule_set,
        "rules": shown_rules(rule_set) if rule_set else [],
        "versions": versions[:50],
        "may_edit": may_edit,
        "editing": may_edit and rule_set is not None and rule_set.status == RuleSetStatus.DRAFT,
        "problems": problems,
    }
    return render_page(request, f"{PAGES}/rule_set.html", f"{PAGES}/_rules.html", context, status=status)


@require_POST
@requires(Permission.RULES_EDIT)
def copy(request: HttpRequest, version: int) -> HttpResponse:
    source, note = _rule_set(request, version), request.POST.get("note", "")
    made = services.copy_rule_set(source=source, note=note, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    toast(request, _("已复制出草稿，改好后再生效。"))
    return go(request, _version_url(made))


@require_POST
@requires(Permission.RULES_EDIT)
def activate(request: HttpRequest, version: int) -> HttpResponse:
    rule_set = _rule_set(request, version)
    try:
        services.activate(rule_set=rule_set, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    except services.InvalidRuleSet as error:
        return _show(request, rule_set, error.problems, status=422)
    toast(request, _("新规则已生效，对今后提交的事项起作用。"))
    return go(request, reverse("routing:list"))


@require_POST
@requires(Permission.RULES_EDIT)
def discard(request: HttpRequest, version: int) -> HttpResponse:
    services.discard(rule_set=_rule_set(request, version), by=request.user, now=timezone.now())  # type: ignore[arg-type]
    toast(request, _("草稿已删除。"))
    return go(request, reverse("routing:list"))


@require_http_methods(["GET", "POST"])
@requires(Permission.RULES_EDIT)
def add_rule(request: HttpRequest, version: int) -> HttpResponse:
    return _edit(request, _rule_set(request, version), None)


@require_http_methods(["GET", "POST"])
@requires(Permission.RULES_EDIT)
def edit_rule(request: HttpRequest, version: int, rule_id: int) -> HttpResponse:
    rule = _rule(request, version, rule_id)
    return _edit(request, rule.rule_set, rule)


def _edit(request: HttpRequest, rule_set: RuleSet, rule: Rule | None) -> HttpResponse:
    if rule_set.status != RuleSetStatus.DRAFT:
        raise services.NotADraft
    form = RuleForm(request.POST or None, district=rule_set.district, rule=rule)
    if form.is_valid() and _saved(request, form, rule_set, rule):
        toast(request, _("规则已保存到草稿。"))
        return go(request, _version_url(rule_set))
    context = {"form": form, "rule_set": rule_set, "rule": rule}
    return render_page(
        request, f"{PAGES}/rule.html", f"{PAGES}/_rule_form.html", context, status=422 if form.is_bound else 200
    )


def _saved(request: HttpRequest, form: RuleForm, rule_set: RuleSet, rule: Rule | None) -> bool:
    """Save the form's rule; what the service objects to stands at its field."""
    user: Any = request.user
    try:
        services.save_rule(rule_set=rule_set, rule=rule, draft=form.draft(), by=user, now=timezone.now())
    except services.InvalidRule as error:
        for problem in error.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.text)
        return False
    return True


@require_POST
@requires(Permission.RULES_EDIT)
def move_rule(request: HttpRequest, version: int, rule_id: int) -> HttpResponse:
    rule = _rule(request, version, rule_id)
    step = -1 if request.POST.get("step") == "up" else 1
    services.move_rule(rule=rule, step=step, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    return go(request, f"{_version_url(rule.rule_set)}#rule-{rule.pk}")


@require_POST
@requires(Permission.RULES_EDIT)
def delete_rule(request: HttpRequest, version: int, rule_id: int) -> HttpResponse:
    rule = _rule(request, version, rule_id)
    services.delete_rule(rule=rule, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    toast(request, _("已从草稿中删除。"))
    return go(request, _version_url(rule.rule_set))


@require_GET
@requires(Permission.RULES_VIEW)
def try_out(request: HttpRequest, version: int) -> HttpResponse:
    """Which rule would fire, and why; nothing is written."""
    rule_set = _rule_set(request, version)
    form = TryForm(request.GET if "text" in request.GET else None, district=rule_set.district)
    told, plan = None, None
    if form.is_valid():
        plan = draw_up(compile_set(rule_set), form.raised(), now=timezone.now())
        told = in_words(plan.decision, names())
    context = {"form": form, "rule_set": rule_set, "told": told, "plan": plan}
    bad = form.is_bound and not form.is_valid()
    return render_page(request, f"{PAGES}/try.html", f"{PAGES}/_tried.html", context, status=422 if bad else 200)


def _matter(request: HttpRequest, code: str) -> Matter:
    """A matter in the user's scope, 404 for any other."""
    matters = Matter.objects.visible_to(request.user)  # type: ignore[arg-type]
    return get_object_or_404(matters.select_related("street", "district", "holder", "holder_deputy"), code=code)


@require_GET
@requires(Permission.MATTER_VIEW)
def why_panel(request: HttpRequest, code: str) -> HttpResponse:
    """Why the matter went where it went."""
    matter = _matter(request, code)
    may_override = can(request.user, Permission.MATTER_ASSIGN) and matter.status in services.REROUTABLE
    context = {"matter": matter, "decisions": why(matter), "may_override": may_override}
    return render_page(request, f"{PAGES}/why.html", f"{PAGES}/_why.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MATTER_ASSIGN)
def override(request: HttpRequest, code: str) -> HttpResponse:
    """Decide otherwise than the engine, with a reason."""
    matter = _matter(request, code)
    form = OverrideForm(request.POST or None, matter=matter)
    if form.is_valid() and _overridden(request, form, matter):
        toast(request, _("已改派。"))
        return go(request, matter_url(matter))
    context = {"form": form, "matter": matter}
    status = 422 if form.is_bound else 200
    return render_page(request, f"{PAGES}/override.html", f"{PAGES}/_override.html", context, status=status)


def _overridden(request: HttpRequest, form: OverrideForm, matter: Matter) -> bool:
    user: Any = request.user
    try:
        services.override(matter=matter, choice=form.choice, reason=form.reason, by=user, now=timezone.now())
    except InvalidInput as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return False
    return True
