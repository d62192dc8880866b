"""时限规定 on the desk: what rules now, what is to come, what was; new versions; and which would rule a matter."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deputies.accounts.access import Permission, SignedIn, requires
from deputies.organisations.models import Organisation
from deputies.organisations.queries import district_of
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast, toast_outcome
from liaison.base.workdays.arithmetic import local_today
from opinions.catalog import services
from opinions.catalog.forms import EndForm, RulingForm, SpecialForm, TryForm
from opinions.catalog.models import TimeLimitPolicy
from opinions.catalog.queries import category_tree, ruling_on
from opinions.catalog.services import Ruling
from opinions.catalog.versions import Scope, kept_by, lines, scope_of, words_of

PAGES = "opinions/catalog"
FORM_METHODS = ["GET", "HEAD", "POST"]


def _district(request: SignedIn) -> Organisation | None:
    """The district that the user keeps; none: all of them."""
    return district_of(request.user.organisation) if request.user.organisation else None


def _policy(request: SignedIn, pk: int) -> TimeLimitPolicy:
    return get_object_or_404(kept_by(_district(request)), pk=pk)


@require_safe
@requires(Permission.REFERENCE_EDIT)
def limits(request: SignedIn) -> HttpResponse:
    """All limits by kind, and a trial: which of them would rule?"""
    today = local_today(timezone.now())
    form = TryForm(request.GET) if "try" in request.GET else TryForm(initial={"on": today})
    context: dict[str, Any] = {
        "kinds": list(lines(kept_by(_district(request)), today)), "today": today, "form": form,
        "ruling": _ruling(request, form) if form.is_bound and form.is_valid() else None,
    }  # fmt: skip
    return render_page(request, f"{PAGES}/limits.html", f"{PAGES}/_limits.html", context)


def _ruling(request: SignedIn, form: TryForm) -> list[tuple[Any, TimeLimitPolicy | None, str]]:
    """For every kind of clock the limit that would rule, and for which matters that one is."""
    given, district = form.cleaned_data, _district(request)
    found = ruling_on(
        given["on"] or local_today(timezone.now()), district_id=district.pk if district else 0, tier=given["tier"],
        category=category_tree().get(given["category"]), urgency=given["urgency"],
    )  # fmt: skip
    names = {row.pk: words_of(row) for row in kept_by(district)}
    return [(clock, row, names[row.pk] if row else "") for clock, row in found]


@require_http_methods(FORM_METHODS)
@requires(Permission.REFERENCE_EDIT)
def limit_version(request: SignedIn, pk: int) -> HttpResponse:
    """A new version of a limit, from a day on."""
    held = _policy(request, pk)
    initial = {"amount": held.amount, "unit": held.unit, "warn_before": held.warn_before}
    form = RulingForm(*posted(request), initial=initial)
    title = _("%(clock)s（%(matters)s）：新规定") % {"clock": held.get_clock_display(), "matters": words_of(held)}
    return _act(request, form, lambda given: _set(request, scope_of(held), given), title=title)


@require_http_methods(FORM_METHODS)
@requires(Permission.REFERENCE_EDIT)
def limit_special(request: SignedIn) -> HttpResponse:
    """A limit for special matters of the user's district."""
    form = SpecialForm(*posted(request), initial={"warn_before": 1})

    def act(given: dict[str, Any]) -> object:
        district = _district(request)
        scope = Scope(
            given["clock"], district.pk if district else None, given["tier"], given["category"], given["urgency"]
        )
        return _set(request, scope, given)

    return _act(request, form, act, title=_("增加特别规定"))


def _set(request: SignedIn, scope: Scope, given: dict[str, Any]) -> TimeLimitPolicy:
    ruling = Ruling(given["amount"], given["unit"], given["warn_before"], given["basis"])
    return services.set_policy(
        scope=scope, ruling=ruling, valid_from=given["valid_from"], by=request.user, now=timezone.now()
    )


@require_http_methods(FORM_METHODS)
@requires(Permission.REFERENCE_EDIT)
def limit_end(request: SignedIn, pk: int) -> HttpResponse:
    """Let a special limit end, so that the general one rules again."""
    held = _policy(request, pk)
    form = EndForm(*posted(request))
    title = _("%(clock)s（%(matters)s）：废止") % {"clock": held.get_clock_display(), "matters": words_of(held)}

    def act(given: dict[str, Any]) -> object:
        return services.end_policy(policy=held, valid_to=given["valid_to"], by=request.user, now=timezone.now())

    return _act(request, form, act, title=title, danger=True)


@require_POST
@requires(Permission.REFERENCE_EDIT)
def limit_withdraw(request: SignedIn, pk: int) -> HttpResponse:
    """Take back a version that has not begun."""
    held = _policy(request, pk)
    text = _("已撤回，原来的规定照旧施行。")
    toast_outcome(request, services.withdraw_policy, text, policy=held, by=request.user, now=timezone.now())
    return redirect("catalog:limits")


def _act(
    request: SignedIn, form: forms.Form, act: Callable[[dict[str, Any]], object], *, title: str, danger: bool = False
) -> HttpResponse:
    """Show the form; do it; say at the field why not."""
    if form.is_bound and form.is_valid() and attempt(form, act, form.cleaned_data) is not None:
        toast(request, _("已保存。已经开始的时限不变。"))
        return go(request, reverse("catalog:limits"))
    context = {"form": form, "title": title, "danger": danger}
    page, fragment = f"{PAGES}/limit_act.html", f"{PAGES}/_limit_act.html"
    return render_page(request, page, fragment, context, status=422 if form.errors else 200)
