"""Editing the rules of a draft."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from deputies.accounts.access import Permission, requires
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast
from opinions.routing import services
from opinions.routing.forms import MoveForm, RuleForm
from opinions.routing.models import Rule, RuleSet, RuleSetStatus
from opinions.routing.queries import names
from opinions.routing.views import common
from opinions.routing.views.common import PAGES
from opinions.routing.wording import outcome, sentences

LONGEST_KEY = 18
"""Digits of a key that every database takes."""


@require_http_methods(["GET", "POST"])
@requires(Permission.RULES_VIEW)
def add_rule(request: HttpRequest, key: str) -> HttpResponse:
    return _edit(request, common.kept_set(request, key), None)


@require_http_methods(["GET", "POST"])
@requires(Permission.RULES_VIEW)
def edit_rule(request: HttpRequest, key: str, rule_id: int) -> HttpResponse:
    rule = common.kept_rule(request, key, rule_id)
    return _edit(request, rule.rule_set, rule)


def _edit(request: HttpRequest, rule_set: RuleSet, rule: Rule | None) -> HttpResponse:
    if rule_set.status != RuleSetStatus.DRAFT or (rule is not None and rule.is_place):
        raise services.NotADraft
    form = RuleForm(request.POST or None, rule_set=rule_set, rule=rule)
    if form.is_valid():
        saved = _save(request, form, rule_set, rule)
        if saved is not None:
            _tell(request, saved)
            return go(request, f"{common.version_url(rule_set)}#rule-{saved.pk}")
    context = {
        "form": form, "rule_set": rule_set, "rule": rule, "check_url": _check_url(rule_set, rule),
        "seen": request.POST.get("seen", ""), **_as_it_stands(form, rule),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render_page(request, f"{PAGES}/rule.html", f"{PAGES}/_rule_form.html", context, status=status)


def _check_url(rule_set: RuleSet, rule: Rule | None) -> str:
    asked = {"rule": rule.pk} if rule else None
    return reverse("routing:check_rule", args=[rule_set.key], query=asked)


def _as_it_stands(form: RuleForm, rule: Rule | None) -> dict[str, Any]:
    """The mark of the rule for a form that is opened; once another person changed it, what it says now as well."""
    if rule is None:
        return {}
    if form.overtaken:
        theirs = {"name": rule.name, "groups": sentences(rule.conditions, names()), "outcome": outcome(rule)}
        return {"seen": services.mark(rule), "theirs": theirs}
    return {} if form.is_bound or form.reshaping else {"seen": services.mark(rule)}


def _save(request: HttpRequest, form: RuleForm, rule_set: RuleSet, rule: Rule | None) -> Rule | None:
    """Save the form's rule; what the service objects to stands at its field."""
    user: Any = request.user
    seen = request.POST.get("seen", "")
    try:
        return services.save_rule(
            rule_set=rule_set, rule=rule, draft=form.draft(), seen=seen, by=user, now=timezone.now()
        )  # fmt: skip
    except services.RuleChanged as error:
        form.overtaken = True
        form.add_error(None, str(error.message))
        return None
    except services.InvalidRule as error:
        for problem in error.problems:
            form.add_error(problem.field if problem.field in form.fields else None, problem.text)
        return None


def _tell(request: HttpRequest, rule: Rule) -> None:
    """That it is saved, and what is odd about it among the other rules."""
    found = services.findings_about(rule)
    odd = _("但请注意：%(problem)s") % {"problem": found[0].text} if found else ""
    toast(request, f"{_('规则已保存到草稿。')}{odd}")


@require_POST
@requires(Permission.RULES_VIEW)
def check_rule(request: HttpRequest, key: str) -> HttpResponse:
    """What the rule in the form says, and what is wrong with it, while it is being written; nothing is saved."""
    rule_set = common.kept_set(request, key)
    form = RuleForm(request.POST, rule_set=rule_set)
    context: dict[str, Any] = {"form": form}
    if not form.reshaping and form.is_valid():
        draft, rule = form.draft(), _asked_for(request, rule_set)
        context["groups"] = sentences(draft.conditions, names())
        context["outcome"] = outcome(draft)
        context["problems"] = services.problems_with(draft, rule_set=rule_set)
        context["findings"] = services.findings_with(draft, rule_set=rule_set, rule=rule)
    return render(request, f"{PAGES}/_rule_check.html", context)


def _asked_for(request: HttpRequest, rule_set: RuleSet) -> Rule | None:
    """The rule that is being changed; None for a new one."""
    wanted = request.GET.get("rule", "")
    return rule_set.rules.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) <= LONGEST_KEY else None


@require_POST
@requires(Permission.RULES_EDIT)
def add_place(request: HttpRequest, key: str) -> HttpResponse:
    """Mark where the rules of the streets are looked at."""
    user: Any = request.user
    rule_set = common.kept_set(request, key)
    rule = services.add_place(rule_set=rule_set, by=user, now=timezone.now())
    toast(request, _("已放在最后，请移到合适的位置。"))
    return go(request, f"{common.version_url(rule_set)}#rule-{rule.pk}")


@require_POST
@requires(Permission.RULES_VIEW)
def move_rule(request: HttpRequest, key: str, rule_id: int) -> HttpResponse:
    user: Any = request.user
    rule, form = common.kept_rule(request, key, rule_id), MoveForm(request.POST)
    if form.is_valid():
        services.move_rule(rule=rule, by=user, now=timezone.now(), **form.arguments)
    else:
        toast(request, _("请填写要移到第几条，例如 3。"), level=messages.ERROR)
    return go(request, f"{common.version_url(rule.rule_set)}#rule-{rule.pk}")


@require_POST
@requires(Permission.RULES_VIEW)
def delete_rule(request: HttpRequest, key: str, rule_id: int) -> HttpResponse:
    user: Any = request.user
    rule = common.kept_rule(request, key, rule_id)
    event = services.delete_rule(rule=rule, by=user, now=timezone.now())
    undo = reverse("routing:restore_rule", args=[rule.rule_set.key, event])
    toast(request, _("已从草稿中删除“%(name)s”。") % {"name": rule.name}, undo_url=undo)
    return go(request, common.version_url(rule.rule_set))


@require_POST
@requires(Permission.RULES_VIEW)
def restore_rule(request: HttpRequest, key: str, event: int) -> HttpResponse:
    """Put back a rule that was deleted from the draft."""
    user: Any = request.user
    rule_set = common.kept_set(request, key)
    rule = services.restore_rule(rule_set=rule_set, event=event, by=user, now=timezone.now())
    toast(request, _("“%(name)s”已放回草稿。") % {"name": rule.name})
    return go(request, f"{common.version_url(rule_set)}#rule-{rule.pk}")
