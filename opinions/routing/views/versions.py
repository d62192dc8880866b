"""Versions of rules: reading them, comparing them, putting one in force."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deputies.accounts.access import Permission, requires
from deputies.organisations.models import Organisation
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast
from opinions.routing import services
from opinions.routing.access import may_keep_for
from opinions.routing.comparing import differences
from opinions.routing.findings import findings_in_force, findings_of
from opinions.routing.forms import ActivateForm, AllowForm, TryForm
from opinions.routing.models import RuleSet, RuleSetStatus
from opinions.routing.planning import draw_up
from opinions.routing.queries import active_set, compile_set, names, standing
from opinions.routing.views import common
from opinions.routing.views.common import PAGES
from opinions.routing.wording import in_words, shown_rules

MOST_VERSIONS = 50


@require_GET
@requires(Permission.RULES_VIEW)
def rule_list(request: HttpRequest) -> HttpResponse:
    """The version of the district that is in force."""
    return _show(request, active_set(common.district(request).pk), None)


@require_http_methods(["GET", "POST"])
@requires(Permission.RULES_VIEW)
def street_rules(request: HttpRequest, street_id: int) -> HttpResponse:
    """The rules of one street; POST begins its first draft."""
    street = next((body for body in common.streets(request) if body.pk == street_id), None)
    if street is None:
        raise Http404
    held = common.district(request)
    if request.method == "POST":
        if not may_keep_for(request.user, street):
            raise NotAllowed
        user: Any = request.user
        made = services.start_street_set(district=held, street=street, by=user, now=timezone.now())
        return go(request, common.version_url(made))
    newest = RuleSet.objects.filter(street=street).select_related("district", "street").order_by("-version").first()
    return _show(request, active_set(held.pk, street.pk) or newest, street)


@require_GET
@requires(Permission.RULES_VIEW)
def version(request: HttpRequest, key: str) -> HttpResponse:
    """One version in sentences."""
    found = common.rule_set(request, key)
    return _show(request, found, found.street)


def _show(request: HttpRequest, rule_set: RuleSet | None, street: Organisation | None) -> HttpResponse:
    versions = RuleSet.objects.filter(district=common.district(request), street=street)
    context = {
        **_rules(rule_set, may_edit=may_keep_for(request.user, street)),
        "street": street,
        "streets": common.streets(request),
        "versions": versions.select_related("created_by", "district").order_by("-version")[:MOST_VERSIONS],
        "findings": _findings(rule_set),
        "rehearses": rule_set is not None and (rule_set.street_id is not None or common.own_street(request) is None),
    }
    return render_page(request, f"{PAGES}/rule_set.html", f"{PAGES}/_rules.html", context)


def _rules(rule_set: RuleSet | None, *, may_edit: bool) -> dict[str, Any]:
    """The version in sentences, and what the reader may do with it."""
    shown = shown_rules(rule_set) if rule_set else []
    return {
        "rule_set": rule_set,
        "rules": shown,
        "has_place": any(one.rule.is_place for one in shown),
        "may_edit": may_edit,
        "editing": may_edit and rule_set is not None and rule_set.status == RuleSetStatus.DRAFT,
        "allow_form": AllowForm(rule_set=rule_set) if rule_set and not rule_set.street_id else None,
    }


def _findings(rule_set: RuleSet | None) -> list[Any]:
    """What is wrong with a version that still counts."""
    if rule_set is None or rule_set.status == RuleSetStatus.RETIRED:
        return []
    if rule_set.status == RuleSetStatus.ACTIVE:
        return findings_in_force(rule_set.district, rule_set.street)
    return findings_of(rule_set)


@require_POST
@requires(Permission.RULES_VIEW)
def copy(request: HttpRequest, key: str) -> HttpResponse:
    source, note = common.kept_set(request, key), request.POST.get("note", "")
    made = services.copy_rule_set(source=source, note=note, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    toast(request, _("已复制出草稿，改好后再生效。"))
    return go(request, common.version_url(made))


@require_http_methods(["GET", "POST"])
@requires(Permission.RULES_VIEW)
def activate(request: HttpRequest, key: str) -> HttpResponse:
    """What putting a draft in force means and what is odd about it, then one step."""
    rule_set = common.kept_set(request, key)
    if rule_set.status != RuleSetStatus.DRAFT:
        raise services.NotADraft
    found = findings_of(rule_set)
    form = ActivateForm(request.POST if request.method == "POST" else None, sweeping=any(one.sweeping for one in found))
    if form.is_valid() and _activated(request, form, rule_set):
        toast(request, _("新规则已生效，对今后提交的事项起作用。"))
        return go(request, common.version_url(rule_set))
    stopping = [one for one in found if not one.warning]
    present = active_set(rule_set.district_id, rule_set.street_id)
    context = {
        "rule_set": rule_set, "form": form, "stopping": stopping, "findings": found, "present": present,
        "seen": standing(rule_set),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render_page(request, f"{PAGES}/activate.html", f"{PAGES}/_activate.html", context, status=status)


def _activated(request: HttpRequest, form: ActivateForm, rule_set: RuleSet) -> bool:
    """Put it in force as it was seen; what stops it is among the findings, or stands at the form."""
    user: Any = request.user
    seen, meant = request.POST.get("seen", ""), bool(form.cleaned_data.get("meant"))
    try:
        services.activate(rule_set=rule_set, seen=seen, meant=meant, by=user, now=timezone.now())
    except services.InvalidRuleSet:
        return False
    except services.DraftChanged as error:
        form.add_error(None, str(error.message))
        return False
    return True


@require_POST
@requires(Permission.STREET_RULES_EDIT)
def retire(request: HttpRequest, key: str) -> HttpResponse:
    """Take a street's rules out of force."""
    rule_set = common.kept_set(request, key)
    services.retire(rule_set=rule_set, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    toast(request, _("街道规则已停用，事项按区里的规则分派。"))
    return go(request, common.version_url(rule_set))


@require_POST
@requires(Permission.RULES_VIEW)
def discard(request: HttpRequest, key: str) -> HttpResponse:
    rule_set = common.kept_set(request, key)
    services.discard(rule_set=rule_set, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    toast(request, _("草稿已删除。"))
    street = rule_set.street_id
    return go(request, reverse("routing:street", args=[street]) if street else reverse("routing:list"))


@require_POST
@requires(Permission.RULES_EDIT)
def allow(request: HttpRequest, key: str) -> HttpResponse:
    """What the streets may decide."""
    rule_set, user = common.kept_set(request, key), request.user
    form = AllowForm(request.POST, rule_set=rule_set)
    if not form.is_valid():
        raise InvalidInput(_("转建议和上级接力由区里决定，不能放给街道。"))
    services.allow_streets(rule_set=rule_set, by=user, now=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]
    toast(request, _("街道可以自定的范围已保存到草稿。"))
    return go(request, common.version_url(rule_set))


@require_GET
@requires(Permission.RULES_VIEW)
def compare(request: HttpRequest, key: str, other: str) -> HttpResponse:
    """What changed from one version to another."""
    new, old = common.rule_set(request, key), common.rule_set(request, other)
    context = {"rule_set": new, "old": old, "differences": differences(old, new)}
    return render_page(request, f"{PAGES}/diff.html", f"{PAGES}/_diff.html", context)


@require_GET
@requires(Permission.RULES_VIEW)
def try_out(request: HttpRequest, key: str) -> HttpResponse:
    """Which rule would fire, and why; nothing is written."""
    rule_set = common.rule_set(request, key)
    form = TryForm(request.GET if "text" in request.GET else None, district=rule_set.district)
    told, plan, now = None, None, timezone.now()
    if form.is_valid():
        plan = draw_up(compile_set(*_together(rule_set)), form.raised(now), now=now)
        told = in_words(plan.decision, names())
    context = {"form": form, "rule_set": rule_set, "told": told, "plan": plan}
    bad = form.is_bound and not form.is_valid()
    return render_page(request, f"{PAGES}/try.html", f"{PAGES}/_tried.html", context, status=422 if bad else 200)


def _together(rule_set: RuleSet) -> tuple[RuleSet | None, RuleSet | None]:
    """The version to try: a street's with the district's in force around it."""
    if rule_set.street_id:
        return active_set(rule_set.district_id), rule_set
    return rule_set, None
