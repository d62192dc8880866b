"""Screens of relays: naming deputies, the list (接力给我的, or the committee's), the file, and each deputy's verbs."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from deputies.accounts.models import Role
from liaison.base.audit.models import Event
from liaison.base.errors import StaleState
from liaison.base.files.responses import file_response
from liaison.base.web import parts
from liaison.base.web.forms import attempt, posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.paging import KeysetPage
from liaison.base.web.toasts import toast
from opinions.handling.queries import why_not
from opinions.matters.models import Matter
from opinions.relays import services
from opinions.relays.access import of_committee, refusal, speaks, verbs_for
from opinions.relays.forms import AnswerForm, DeclineForm, RelayForm, WithdrawForm
from opinions.relays.history import summary_of
from opinions.relays.models import Baton
from opinions.relays.queries import RELATED, STATES, in_state, levels_for, my_batons, relays_for, state_of
from opinions.relays.states import BATON

PAGES = "opinions/relays"


@requires(P.MATTER_RELAY)
def relay(request: SignedIn, code: str) -> HttpResponse:
    """Name deputies of the level in the address; the nearest level that has any stands first."""
    user, now = request.user, timezone.now()
    rows = Matter.objects.visible_to(user).select_related("deputy", "street", "district", "opinion")
    matter = get_object_or_404(rows, code=code)
    why = why_not(user, matter, "relay", now=now)
    if why is not None:
        raise why
    levels = levels_for(matter)
    level = _level(request, levels)
    form = RelayForm(*posted(request), matter=matter, level=level, summary=summary_of(matter))
    if form.is_bound and form.is_valid() and _relayed(request, form, matter, level):
        toast(request, _("已请上级代表接力。"))
        return go(request, reverse("desk:matter", args=[matter.code]))
    context = {"matter": matter, "level": level, "levels": _tabs(matter, levels, level)}
    return _screen(request, "relay", form, **context)


def _level(request: SignedIn, levels: list[tuple[Any, int]]) -> str:
    known = [str(level) for level, _n in levels]
    asked = request.GET.get("level", "")
    return asked if asked in known else next((str(level) for level, n in levels if n), known[0])


def _tabs(matter: Matter, levels: list[tuple[Any, int]], level: str) -> list[parts.Tab]:
    url = reverse("relays:relay", args=[matter.code])
    return [parts.Tab(one.label, f"{url}?level={one}", count, str(one) == level) for one, count in levels]


def _relayed(request: SignedIn, form: RelayForm, matter: Matter, level: str) -> bool:
    """Whether it was handed up; somebody else's act meanwhile is told, and nothing typed is lost."""
    if form.cleaned_data["seen"] not in (None, matter.version):
        form.add_error(None, str(StaleState.message))
        return False
    attempt(form, services.relay, matter=matter, level=level, by=request.user, now=timezone.now(), **form.given)
    return form.is_valid()


def _screen(request: SignedIn, name: str, form: forms.Form, **context: Any) -> HttpResponse:
    pages = f"{PAGES}/{name}.html", f"{PAGES}/_{name}.html"
    return render_page(request, *pages, {"form": form, **context}, status=422 if form.is_bound else 200)


@require_GET
@requires(P.RELAY_VIEW)
def listing(request: SignedIn) -> HttpResponse:
    """A deputy: what was handed to me. The committee and the street: how each relay stands."""
    mine = request.user.role in (Role.DEPUTY, Role.LIAISON_OFFICER) and request.GET.get("of") != "street"
    return _mine(request) if mine else _committees(request)


def _mine(request: SignedIn) -> HttpResponse:
    """接力给我的: what waits first."""
    rows = my_batons(request.user)
    over = "over" in request.GET
    running = rows.running()
    chosen = rows.exclude(pk__in=running.values("pk")) if over else running
    page = KeysetPage(chosen.select_related(*RELATED), order=("-id",), cursor=request.GET.get("page"))
    url = reverse("relays:list")
    tabs = [parts.Tab(_("接力给我的"), url, None, not over), parts.Tab(_("已结束"), f"{url}?over=1", None, over)]
    helps = request.user.role == Role.LIAISON_OFFICER
    if helps:
        tabs.append(parts.Tab(_("本街道的接力"), f"{url}?of=street", None, False))
    return render(request, f"{PAGES}/mine.html", {"page": page, "tabs": tabs, "over": over, "helps": helps})


def _committees(request: SignedIn) -> HttpResponse:
    state = request.GET.get("state", "")
    rows = in_state(relays_for(request.user), state).select_related("matter__street")
    page = KeysetPage(rows.prefetch_related("batons__deputy"), order=("-id",), cursor=request.GET.get("page"))
    for row in page.items:
        row.state = state_of(row)
    url, of = reverse("relays:list"), "&of=street" if "of" in request.GET else ""
    choices = [("", _("全部")), *STATES]
    tabs = [parts.Tab(label, f"{url}?state={key}{of}", None, key == state) for key, label in choices]
    return render(request, f"{PAGES}/list.html", {"page": page, "tabs": tabs})


def _baton(request: SignedIn, baton_id: int) -> Baton:
    rows = Baton.objects.visible_to(request.user).select_related(*RELATED, "answer", "relay__by")
    return get_object_or_404(rows, pk=baton_id)


@require_GET
@requires(P.RELAY_VIEW)
def baton(request: SignedIn, baton_id: int) -> HttpResponse:
    """The file, and what the reader can do with it."""
    held = _baton(request, baton_id)
    reader = speaks(request.user, held) and not of_committee(request.user, held)
    shows = held.opens_file or not reader
    context = {
        "baton": held, "relay": held.relay, "matter": held.relay.matter, "shows": shows, "reader": reader,
        "verbs": [(row, reverse(f"relays:{_path(row.verb)}", args=[held.pk])) for row in verbs_for(request.user, held)],
        "photos": _thumbs(held) if shows else [], "names": _names(held),
        "sees_matter": held.relay.matter.concerns(request.user),
        "events": [_told(row) for row in Event.objects.filter(chain=held.chain).order_by("-seq")],
    }  # fmt: skip
    return render(request, f"{PAGES}/baton.html", context)


def _told(event: Event) -> parts.Event:
    return parts.Event(at=event.at, title=BATON[event.verb].label, by=event.actor, text=event.reason)


def _names(held: Baton) -> list[str]:
    """The residents by name, if they agreed to it."""
    rows = held.relay.matter.reporters.exclude(name="") if held.relay.identified else []
    return [row.name for row in rows]


def _thumbs(held: Baton) -> list[parts.Thumb]:
    rows = held.relay.attachments.select_related("stored").order_by("id")
    return [parts.Thumb.of(row.stored, reverse("relays:file", args=[held.pk, row.pk])) for row in rows]


@require_GET
@requires(P.RELAY_VIEW)
def file(request: SignedIn, baton_id: int, attachment_id: int) -> HttpResponseBase:
    """An attachment that went up with the file."""
    held = _baton(request, baton_id)
    if not held.opens_file and not of_committee(request.user, held):
        raise Http404
    row = get_object_or_404(held.relay.attachments.select_related("stored"), pk=attachment_id)
    return file_response(request, row.stored, thumbnail="thumb" in request.GET)


@require_GET
@requires(P.MATTER_RELAY)
def letter(request: SignedIn, baton_id: int) -> HttpResponse:
    """The file as a letter to print, for a deputy who has no account."""
    held = _baton(request, baton_id)
    context = {"baton": held, "relay": held.relay, "matter": held.relay.matter, "names": _names(held)}
    return render(request, f"{PAGES}/letter.html", context)


def _path(verb: str) -> str:
    """`relay_take` stands at `relays:take`."""
    return verb.removeprefix("relay_")


Act = Callable[..., Any]


def _verb(
    request: SignedIn, baton_id: int, verb: str, form_class: type[forms.Form], act: Act, done: Any
) -> HttpResponse:
    """The screen of one verb."""
    held = _baton(request, baton_id)
    why = refusal(request.user, held, verb)
    if why is not None:
        raise why
    form = form_class(*posted(request))
    if form.is_bound and form.is_valid():
        attempt(form, act, baton=held, by=request.user, now=timezone.now(), **form.cleaned_data)
        if form.is_valid():
            toast(request, str(done))
            return go(request, reverse("relays:baton", args=[held.pk]))
    context = {"baton": held, "verb": BATON[verb], "danger": verb in ("relay_decline", "relay_withdraw")}
    return _screen(request, "verb", form, **context)


@requires(P.RELAY_VIEW)
def take(request: SignedIn, baton_id: int) -> HttpResponse:
    """接下."""
    return _verb(request, baton_id, "relay_take", forms.Form, services.take, gettext_lazy("已接下，居民会收到通知。"))


@requires(P.RELAY_VIEW)
def decline(request: SignedIn, baton_id: int) -> HttpResponse:
    """不接."""
    return _verb(request, baton_id, "relay_decline", DeclineForm, services.decline, gettext_lazy("已告诉区人大。"))


@requires(P.RELAY_VIEW)
def answer(request: SignedIn, baton_id: int) -> HttpResponse:
    """回复结果."""
    said = gettext_lazy("已回复，由区人大转告居民。")
    return _verb(request, baton_id, "relay_answer", AnswerForm, services.answer, said)


@requires(P.MATTER_RELAY)
def withdraw(request: SignedIn, baton_id: int) -> HttpResponse:
    """收回."""
    return _verb(request, baton_id, "relay_withdraw", WithdrawForm, services.withdraw, gettext_lazy("已收回。"))
