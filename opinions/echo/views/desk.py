"""Publication at the desk: what waits, one edition, its text, what was found in it, and the steps."""

from collections.abc import Callable
from typing import Any

from django.db.models import Case, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_POST

from deputies.accounts.access import Permission as P
from deputies.accounts.access import SignedIn, requires
from deputies.accounts.models import User
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.web import parts
from liaison.base.web.counting import count_all
from liaison.base.web.forms import posted
from liaison.base.web.htmx import go
from liaison.base.web.paging import KeysetPage
from liaison.base.web.steps import serve_form
from liaison.base.web.toasts import toast, toast_refusal
from liaison.base.workdays.arithmetic import local_today
from opinions.echo import services
from opinions.echo.access import may, may_begin, verbs_for, writes
from opinions.echo.forms import StepForm, TextForm, WhyForm
from opinions.echo.masking import pieces, undecided
from opinions.echo.models import LOST, Echo
from opinions.echo.queries import RELATED, consents, editions_of, names_in, outcomes, piles
from opinions.echo.services import DraftData
from opinions.echo.services.drafting import FIELDS
from opinions.echo.states import ECHO, EchoStatus
from opinions.matters.models import Matter

STEP = "opinions/echo/step.html", "opinions/echo/_step.html"
TEXT = "opinions/echo/text.html", "opinions/echo/_text.html"
PILES = {
    "pending": _lazy("待审核"), "writing": _lazy("起草中"), "published": _lazy("已公开"), "taken_back": _lazy("已撤下"),
    "all": _lazy("全部"),
}  # fmt: skip
"""The tabs of the list, as `queries.piles` counts them."""
PROMISED_LATER = _lazy("读过全文和每张照片，同意公开。公开以后文字不能再改，要改就另出一版、重新审核。")


@require_GET
@requires(P.ECHO_DRAFT)
def listing(request: SignedIn) -> HttpResponse:
    """What waits to be read, what is being written, what is public and what was taken back."""
    visible, pile = Echo.objects.visible_to(request.user), request.GET.get("pile", "pending")
    pile = pile if pile in PILES else "pending"
    counted = {name: visible.filter(rule) for name, rule in piles().items()}
    counts = count_all(counted, over=User.objects.filter(pk=request.user.pk), most=999)
    place = reverse("echo:list")
    tabs = [parts.Tab(PILES[name], f"{place}?pile={name}", counts[name], name == pile) for name in PILES]
    lost = Case(When(LOST, then=Value(True)), default=Value(False))
    rows = counted[pile].select_related(*RELATED, "drafted_by").annotate(lost=lost)
    page: KeysetPage[Echo] = KeysetPage(rows, order=("-id",), cursor=request.GET.get("page"))
    return render(request, "opinions/echo/list.html", {"page": page, "tabs": tabs})


@require_GET
@requires(P.ECHO_DRAFT)
def of_matter(request: SignedIn, code: str) -> HttpResponse:
    """All editions of a matter, and the way to a new one."""
    matter = _matter(request, code)
    context = {"matter": matter, "editions": editions_of(matter), "may": may_begin(matter), "own": consents(matter)}
    return render(request, "opinions/echo/matter.html", context)


@require_POST
@requires(P.ECHO_DRAFT)
def begin(request: SignedIn, code: str) -> HttpResponse:
    """起草公开稿."""
    matter = _matter(request, code)
    try:
        made = services.begin(matter=matter, by=request.user, now=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        toast_refusal(request, error)
        return go(request, reverse("echo:of_matter", args=[matter.code]))
    return go(request, reverse("echo:page", args=[made.pk]))


def _matter(request: SignedIn, code: str) -> Matter:
    rows = Matter.objects.one_visible_to(request.user, code).select_related("street__division", "category")
    return get_object_or_404(rows)


def find_echo(request: SignedIn, echo_id: int) -> Echo:
    """The edition, if its matter is in the user's scope; else 404."""
    related = ("matter__street__division", "matter__category", "drafted_by", "submitted_by", "decided_by", "category")
    return get_object_or_404(Echo.objects.visible_to(request.user).select_related(*related, "area"), pk=echo_id)


@require_GET
@requires(P.ECHO_DRAFT)
def page(request: SignedIn, echo_id: int) -> HttpResponse:
    """One edition as everybody would read it, with what was found marked, and what can be done."""
    echo = find_echo(request, echo_id)
    names, verbs = names_in(echo.matter), verbs_for(request.user, echo)
    found = undecided(echo.texts(), echo.kept, names=names)
    photos = list(echo.photos.select_related("checked_by").order_by("id"))
    context = {
        "echo": echo, "finds": list(found.values()), "photos": photos,
        "fields": [(FIELDS[name], pieces(text, echo.kept, names=names)) for name, text in echo.texts().items()],
        "outcome": outcomes([echo], local_today(timezone.now()))[echo.pk], "writes": writes(request.user, echo),
        "verbs": [(row, f"{reverse(f'echo:{row.verb}', args=[echo.pk])}?version={echo.version}") for row in verbs],
        "unchecked": sum(1 for one in photos if one.checked_at is None), "own": consents(echo.matter),
        "kept": [(key.partition(":")[2], why) for key, why in echo.kept.items()],
        "waits": echo.status == EchoStatus.PENDING and all(row.verb != "publish_echo" for row in verbs),
    }  # fmt: skip
    return render(request, "opinions/echo/page.html", context)


def _place(echo: Echo) -> str:
    return reverse("echo:page", args=[echo.pk])


@requires(P.ECHO_DRAFT)
def text(request: SignedIn, echo_id: int) -> HttpResponse:
    """Change the text. Somebody else's change meanwhile is not overwritten."""
    echo = find_echo(request, echo_id)
    if not writes(request.user, echo):
        raise NotAllowed
    form = TextForm(request.POST if request.method == "POST" else None, echo=echo)

    def do(**who: Any) -> None:
        given = dict(form.cleaned_data)
        echo.version = given.pop("version")
        services.edit(echo=echo, data=DraftData(**given), **who)

    return serve_form(request, form, do, pages=TEXT, said=_("已保存。"), place=_place(echo), echo=echo)


@require_POST
@requires(P.ECHO_DRAFT)
def finds(request: SignedIn, echo_id: int) -> HttpResponse:
    """Decide on what was found: `do-<n>` is cover or keep, `why-<n>` the reason, `key-<n>` the find."""
    echo = find_echo(request, echo_id)
    said = {key: request.POST.get(f"key-{key[3:]}", "") for key in request.POST if key.startswith("do-")}
    cover = [find for key, find in said.items() if request.POST[key] == "cover"]
    keep = {find: request.POST.get(f"why-{key[3:]}", "") for key, find in said.items() if request.POST[key] == "keep"}
    try:
        services.settle(echo=echo, cover=cover, keep=keep, by=request.user, now=timezone.now())
    except NotAllowed:
        raise
    except DomainError as error:
        toast_refusal(request, error)
    else:
        toast(request, _("已处理。"))
    return go(request, f"{_place(echo)}#finds")


def _serve(
    request: SignedIn, echo_id: int, verb: str, make: type[StepForm], act: Callable[..., Any], hint: Any = ""
) -> HttpResponse:
    """The screen of one step, as a page or a dialog. It is done to the text as the page showed it, and refused
    where that has moved on. A refusal stands at its field, and what was typed stays."""
    echo = find_echo(request, echo_id)
    if not may(request.user, verb, echo):
        raise NotAllowed
    form = make(*posted(request), initial={"version": request.GET.get("version", echo.version)})

    def do(**who: Any) -> None:
        given = dict(form.cleaned_data)
        echo.version = given.pop("version")
        act(echo=echo, **given, **who)

    words = {"echo": echo, "label": ECHO[verb].label, "hint": hint}
    return serve_form(request, form, do, pages=STEP, said=_("已记下。"), place=_place(echo), **words)


@requires(P.ECHO_DRAFT)
def submit(request: SignedIn, echo_id: int) -> HttpResponse:
    """提交审核."""
    hint = _("提交以后由另一位同事审核，审核期间不能改。")
    return _serve(request, echo_id, "submit_echo", StepForm, services.submit, hint)


@requires(P.ECHO_APPROVE)
def publish(request: SignedIn, echo_id: int) -> HttpResponse:
    """同意公开."""
    return _serve(request, echo_id, "publish_echo", StepForm, services.publish, PROMISED_LATER)


@requires(P.ECHO_APPROVE)
def send_back(request: SignedIn, echo_id: int) -> HttpResponse:
    """退回修改."""
    return _serve(request, echo_id, "send_back_echo", WhyForm, services.send_back)


@requires(P.ECHO_DRAFT)
def take_back(request: SignedIn, echo_id: int) -> HttpResponse:
    """撤下."""
    hint = _("立刻从回音壁、订阅和搜索目录里消失，原地址说明已撤下。理由只有内部看得到。")
    return _serve(request, echo_id, "take_back_echo", WhyForm, services.take_back, hint)


@requires(P.ECHO_DRAFT)
def drop(request: SignedIn, echo_id: int) -> HttpResponse:
    """作废草稿."""
    return _serve(request, echo_id, "drop_echo", StepForm, services.drop)
