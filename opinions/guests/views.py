"""The page that a link opens, and for the committee the letter that carries it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from liaison.base.codes import qr_svg
from liaison.base.errors import DomainError, InvalidInput, NotAllowed
from liaison.base.files.services import prepared_images
from liaison.base.web.decorators import public
from liaison.base.web.errors import say_when
from liaison.base.web.htmx import go
from liaison.base.web.toasts import toast
from opinions.guests import forms, services
from opinions.guests.services import Door
from opinions.handling.models import LIVE, Assignment
from opinions.handling.queries import guest_of, oversees, own_limit, verbs_for
from opinions.invitations.queries import link_of
from opinions.invitations.services import body_link_address
from opinions.matters.models import Matter

Step = tuple[Any, Any, Callable[[Door, Any, Any], None], Any]


def _photos(door: Door, form: Any, now: Any) -> None:
    with prepared_images(form.cleaned_data["photos"], by=None, now=now) as photos:
        services.add_photos(door, photos=photos, now=now)


def _steps(door: Door, now: Any) -> dict[str, Step]:
    """What can be done by the link now: heading, form, service, and what to say when it is done."""
    may = {row.verb for row in verbs_for(guest_of(door.assignment), door.matter, now=now)}
    found: dict[str, Step] = {}
    if "sign" in may:
        found["sign"] = (
            _("签收"), forms.SignForm,
            lambda door, form, now: services.sign(door, now=now, **form.cleaned_data), _("已签收。"),
        )  # fmt: skip
    if "draft" in may:
        found["reply"] = (
            _("答复"), forms.ReplyForm,
            lambda door, form, now: services.reply(door, content=form.content, now=now), _("答复已送审。"),
        )  # fmt: skip
    if may & {"return", "object"}:
        label = _("退回") if "return" in may else _("申请退回")
        found["return"] = (
            label, forms.ReturnForm,
            lambda door, form, now: services.send_back(door, now=now, **form.cleaned_data), _("已提交。"),
        )  # fmt: skip
    if "ask_extension" in may:
        found["extension"] = (
            _("申请延期"), forms.ExtensionForm,
            lambda door, form, now: services.ask_extension(door, now=now, **form.cleaned_data), _("已提交申请。"),
        )  # fmt: skip
    if door.assignment.status in LIVE:
        found["photos"] = (_("上传照片"), forms.PhotosForm, _photos, _("照片已上传。"))
    return found


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def work(request: HttpRequest, token: str) -> HttpResponse:
    """The assignment of one link: what it is, what can be done now. `do` names the step of a POST."""
    now = timezone.now()
    try:
        door = services.enter(token, now=now)
        steps, chosen = _steps(door, now), request.POST.get("do", "")
        if request.method == "POST" and chosen in steps:
            return _carry_out(request, token, door, steps, chosen, now)
        services.note_use(door, "open", now=now)
    except DomainError as error:
        closed = render(request, "opinions/guests/closed.html", {"words": error.message}, status=error.status_code)
        return say_when(closed, error.retry_after)
    overtaken = request.method == "POST"
    message = _("这一步现在不能做了，请看最新情况。") if overtaken else ""
    return _page(request, door, steps, message=message, status=409 if overtaken else 200)


def _carry_out(
    request: HttpRequest, token: str, door: Door, steps: dict[str, Step], chosen: str, now: Any
) -> HttpResponse:
    _label, form_class, act, said = steps[chosen]
    form = form_class(request.POST, request.FILES, auto_id=_ids_of(chosen))
    if "more" in request.POST and isinstance(form, forms.ReplyForm):
        services.note_use(door, "open", now=now)
        return _page(request, door, steps, bound={chosen: form.as_typed(more=request.POST["more"] == "1")}, status=200)
    if form.is_valid():
        try:
            act(door, form, now)
            toast(request, str(said))
            return redirect("guests:work", token=token)
        except InvalidInput as error:
            form.add_error(error.field if error.field in form.fields else None, str(error.message))
        except DomainError as error:
            form.add_error(None, str(error.message))
    services.note_use(door, "refused", now=now)
    door.matter.refresh_from_db()
    return _page(request, door, steps, bound={chosen: form}, status=422)


def _ids_of(name: str) -> str:
    """The ids of a step's fields: the forms of several steps stand on one page, and share names of fields."""
    return f"id_{name}_%s"


def _page(
    request: HttpRequest, door: Door, steps: dict[str, Step], *, bound: dict[str, Any] | None = None, status: int,
    message: str = "",
) -> HttpResponse:  # fmt: skip
    shown = [
        (name, label, (bound or {}).get(name) or form_class(auto_id=_ids_of(name)), name in (bound or {}))
        for name, (label, form_class, _act, _said) in steps.items()
    ]
    replies = door.assignment.replies.exclude(status="dropped").order_by("-id")[:1]
    context = {
        "matter": door.matter, "assignment": door.assignment, "steps": shown, "link": door.link, "message": message,
        "clock": own_limit(guest_of(door.assignment), door.matter), "reporters": door.matter.reporters.all(),
        "reply": replies[0] if replies else None,
    }  # fmt: skip
    return render(request, "opinions/guests/work.html", context, status=status)


def _assignment(request: SignedIn, assignment_id: int) -> Assignment:
    """An assignment that goes by a link, for the committee; else 404."""
    rows = Assignment.objects.filter(by_link=True, matter__in=Matter.objects.visible_to(request.user).values("pk"))
    related = ("organisation", "matter__street", "matter__district")
    found = get_object_or_404(rows.select_related(*related), pk=assignment_id)
    if not oversees(request.user, found.matter):
        raise NotAllowed
    return found


@require_GET
@never_cache
@requires(P.MATTER_ASSIGN)
def letter(request: SignedIn, assignment_id: int) -> HttpResponse:
    """交办函, to be printed: the matter, the address and its QR symbol."""
    row = _assignment(request, assignment_id)
    link = link_of(row.pk)
    address = body_link_address(link) if link else ""
    symbol = mark_safe(qr_svg(address)) if link else ""  # noqa: S308 - our own SVG of our own address
    context = {
        "assignment": row, "matter": row.matter, "link": link, "address": address, "symbol": symbol,
        "clock": own_limit(guest_of(row), row.matter), "live": row.status in LIVE,
    }  # fmt: skip
    return render(request, "opinions/guests/letter.html", context)


@require_POST
@requires(P.MATTER_ASSIGN)
def renew(request: SignedIn, assignment_id: int) -> HttpResponse:
    """重新开链接."""
    row = _assignment(request, assignment_id)
    services.renew(assignment=row, by=request.user, now=timezone.now())
    toast(request, _("新链接已开出，原来的不能再用。"))
    return go(request, reverse("guests:letter", args=[row.pk]))


@require_POST
@requires(P.MATTER_ASSIGN)
def revoke(request: SignedIn, assignment_id: int) -> HttpResponse:
    """收回链接."""
    row = _assignment(request, assignment_id)
    services.revoke(assignment=row, by=request.user, now=timezone.now())
    toast(request, _("链接已收回。"))
    return go(request, reverse("guests:letter", args=[row.pk]))
