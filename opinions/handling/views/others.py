"""Lines of the conversation, reply templates, bulk assignment."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import requires
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast
from opinions.handling import services
from opinions.handling.forms.others import BulkAssignForm, TemplateForm
from opinions.handling.forms.verbs import NoteForm
from opinions.handling.queries import own_templates
from opinions.handling.serving import carry_out, find, show
from opinions.matters.models import Matter

MOST_AT_ONCE = 200
"""Matters of one bulk assignment."""


@requires(P.MATTER_NOTE)
def note(request: HttpRequest, code: str) -> HttpResponse:
    """A line of the conversation, internal or public."""
    matter = find(request, code)
    form = NoteForm(*posted(request), user=request.user, matter=matter)
    if request.method != "POST" or not form.is_valid():
        return show(request, matter, "note", form, status=422 if form.is_bound else 200)

    return carry_out(request, matter, "note", form, services.say, now=timezone.now(), done=_("已发送。"))


@requires(P.MATTER_ASSIGN)
def bulk_assign(request: HttpRequest) -> HttpResponse:
    """Assign the matters that were ticked in the list. GET asks to whom; POST assigns and reports what failed."""
    user: Any = request.user
    matters = _ticked(request)
    form = BulkAssignForm(posted(request)[0], user=user, matters=matters)
    context: dict[str, Any] = {"matters": matters, "form": form}
    if not matters or request.method != "POST" or not form.is_valid():
        return _bulk_page(request, context, status=422 if form.is_bound else 200)
    results = services.assign_many(matters=matters, by=user, now=timezone.now(), **form.arguments)
    failed = [row for row in results if row.problem]
    done = len(results) - len(failed)
    toast(request, ngettext("已交办 %(n)d 件。", "已交办 %(n)d 件。", done) % {"n": done})
    if failed:
        return _bulk_page(request, {**context, "failed": failed, "done": done})
    return go(request, reverse("desk:home"))


def _ticked(request: HttpRequest) -> list[Matter]:
    """The matters whose boxes were ticked, as far as they are in the user's scope."""
    given = request.POST if request.method == "POST" else request.GET
    wanted = [int(one) for one in given.getlist("ids") if one.isascii() and one.isdigit() and len(one) < 19][
        :MOST_AT_ONCE
    ]
    rows = Matter.objects.visible_to(request.user).filter(pk__in=wanted)  # type: ignore[arg-type]
    return list(rows.select_related("deputy", "street", "district", "holder", "category").order_by("id"))


def _bulk_page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render_page(
        request, "opinions/handling/bulk_assign.html", "opinions/handling/_bulk_assign.html", context, status=status
    )


@requires(P.TEMPLATE_EDIT)
def templates(request: HttpRequest) -> HttpResponse:
    """The body's reply templates, and a form for a new one."""
    return _templates_page(request, TemplateForm(*posted(request)))


@requires(P.TEMPLATE_EDIT)
def template(request: HttpRequest, template_id: int) -> HttpResponse:
    """Change one of the body's templates."""
    held = get_object_or_404(own_templates(request.user), pk=template_id)  # type: ignore[arg-type]
    initial = {"name": held.name, "text": held.text, "category": held.category_id}
    form = TemplateForm(*posted(request), initial=initial)
    return _templates_page(request, form, template=held)


def _templates_page(request: HttpRequest, form: TemplateForm, **held: Any) -> HttpResponse:
    if form.is_bound and form.is_valid():
        attempt(form, services.save_template, by=request.user, **form.cleaned_data, **held)
        if form.is_valid():
            toast(request, _("模板已保存。"))
            return go(request, reverse("handling:templates"))
    rows = own_templates(request.user)  # type: ignore[arg-type]
    context = {"form": form, "rows": rows, **held}
    return render(request, "opinions/handling/templates.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(P.TEMPLATE_EDIT)
def drop_template(request: HttpRequest, template_id: int) -> HttpResponse:
    """Put a template out of use."""
    held = get_object_or_404(own_templates(request.user), pk=template_id)  # type: ignore[arg-type]
    services.drop_template(by=request.user, template=held)  # type: ignore[arg-type]
    toast(request, _("模板已停用。"))
    return go(request, reverse("handling:templates"))
