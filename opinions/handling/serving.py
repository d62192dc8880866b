"""How every verb is served: load in scope, check the state that was seen, act, and say what came of it.

The views name the verb, the form and the service; what happens around them is the same for all and stands here.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.base.audit.models import Event
from liaison.base.audit.verbs import verb_words
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.files.services import prepared_images
from liaison.base.web.forms import posted
from liaison.base.web.htmx import go, render_page
from liaison.base.web.toasts import toast
from liaison.base.workdays.arithmetic import local_today
from opinions.handling.content import Content, faults
from opinions.handling.forms.base import VerbForm, seen_state
from opinions.handling.forms.reply import ADD, SAVE, ReplyForm
from opinions.handling.queries import answers_from_above, open_draft, templates_for, why_not
from opinions.handling.services import content_of
from opinions.matters.models import Matter
from opinions.matters.states import WORKFLOWS, Status

FormT = TypeVar("FormT", bound=VerbForm)
Service = Callable[..., Any]
"""Takes the form's `arguments`, and `matter`, `by`, `now` (and `photos`)."""
Buttons = dict[str, tuple[Service, Any, Any]]
"""The buttons of a reply, the main one first: service, label, what to say when it is done."""
RELATED = ("deputy", "street", "district", "holder", "holder_deputy", "category", "opinion")


def find(request: HttpRequest, code: str) -> Matter:
    """The matter, if it is in the user's scope; else 404."""
    user: Any = request.user
    return get_object_or_404(Matter.objects.visible_to(user).select_related(*RELATED), code=code)


def serve(
    request: HttpRequest, code: str, verb: str, form_class: type[FormT], service: Service, *, done: Any, undo: str = ""
) -> HttpResponse:
    """The screen of one verb; `undo` names the verb that takes it back."""
    user: Any = request.user
    matter, now = find(request, code), timezone.now()
    form = form_class(*posted(request), user=user, matter=matter)
    why = why_not(user, matter, verb, now=now)
    if why is not None:
        return conflict(request, matter, verb, StaleState() if form.overtaken else why, form)
    if request.method != "POST":
        return show(request, matter, verb, form)
    if "template" in request.POST:
        return show(request, matter, verb, with_template(form))
    if form.overtaken:
        return overtaken(request, matter, verb, form)
    if not form.is_valid():
        return show(request, matter, verb, form, status=422)
    return carry_out(request, matter, verb, form, service, now=now, done=done, undo=undo)


def serve_reply(request: HttpRequest, code: str, verb: str, buttons: Buttons) -> HttpResponse:
    """The screen of a reply: text, class, points, and a few buttons."""
    user: Any = request.user
    matter, now = find(request, code), timezone.now()
    form = _reply_form(request, matter)
    why = why_not(user, matter, verb, now=now)
    if why is not None:
        return conflict(request, matter, verb, StaleState() if form.overtaken else why, form)
    context = {"buttons": [(name, label) for name, (_service, label, _done) in buttons.items()]}
    do = request.POST.get("do", "")
    if do not in buttons:
        return show(request, matter, verb, _unchecked(request, matter, form, do), context=context)
    if form.overtaken:
        return overtaken(request, matter, verb, form, context=context)
    if not form.is_valid() or not _holds(form, do, now):
        return show(request, matter, verb, form, status=422, context=context)
    service, _label, done = buttons[do]
    return carry_out(request, matter, verb, form, service, now=now, done=done, context=context)


def _reply_form(request: HttpRequest, matter: Matter) -> ReplyForm:
    user: Any = request.user
    held = open_draft(user, matter)
    written, version = (content_of(held), held.version) if held else (_carried_back(matter), 0)
    form = ReplyForm(*posted(request), user=user, matter=matter, written=written, version=version)
    form.sent_back = held.sent_back_reason if held else ""
    return form


def _carried_back(matter: Matter) -> Content | None:
    """The result as deputies above have answered it, for the committee to tell; of several the weakest class."""
    rows = answers_from_above(matter) if matter.status == Status.RELAYED else []
    told = [(f"{row.deputy.standing}{row.deputy}", row.text) for row in rows if row.deputy]
    said = [_("%(who)s答复：%(text)s") % {"who": who, "text": text} for who, text in told]
    return Content(text="\n\n".join(said), reply_class=max(row.reply_class for row in rows)) if rows else None


def _unchecked(request: HttpRequest, matter: Matter, form: ReplyForm, do: str) -> ReplyForm:
    """The form as it is shown first, or as typed with one more row or a template; nothing is checked yet."""
    if request.method != "POST":
        return form
    user: Any = request.user
    chosen = {str(row.pk): row.text for row in templates_for(user, matter)}
    return form.as_typed(chosen.get(request.POST.get("template", ""), ""), more=do == ADD)


def _holds(form: ReplyForm, do: str, now: Any) -> bool:
    """Whether what was written may go where the button leads; a draft may be anything."""
    if do == SAVE:
        return True
    found = faults(form.content, local_today(now))
    form.blame(found)
    return not found and not form.warn()


def carry_out(
    request: HttpRequest,
    matter: Matter,
    verb: str,
    form: VerbForm,
    service: Service,
    *,
    now: Any,
    done: Any,
    undo: str = "",
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """Act, and leave; a refusal stands at its field, a conflict shows the present state and what was typed."""
    try:
        _act(service, form, matter=matter, by=request.user, now=now)
    except InvalidInput as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return show(request, matter, verb, form, status=422, context=context)
    except DomainError as error:
        return conflict(request, _as_it_stands(matter), verb, error, form)
    undo_url = f"{reverse(f'handling:{undo}', args=[matter.code])}?undo=1" if undo else ""
    toast(request, str(done), undo_url=undo_url)
    return go(request, place_of(request, matter))


def _act(service: Service, form: VerbForm, *, by: Any, now: Any, **on: Any) -> None:
    given = {**form.arguments, **on, "by": by, "now": now}
    if "photos" not in form.fields:
        service(**given)
        return
    with prepared_images(form.cleaned_data["photos"], by=by, now=now) as photos:
        service(photos=photos, **given)


def _as_it_stands(matter: Matter) -> Matter:
    return Matter.objects.select_related(*RELATED).get(pk=matter.pk)


def place_of(request: HttpRequest, matter: Matter) -> str:
    """The matter's page, or the desk when the matter has left the user's scope (after a transfer)."""
    user: Any = request.user
    seen = Matter.objects.visible_to(user).filter(pk=matter.pk).exists()
    return reverse("desk:matter", args=[matter.code]) if seen else reverse("desk:home")


def show(
    request: HttpRequest,
    matter: Matter,
    verb: str,
    form: VerbForm,
    *,
    status: int = 200,
    warning: Any = "",
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """The form of the verb, as a page or as a dialog's content."""
    user: Any = request.user
    shown = {
        "matter": matter,
        "verb": verb,
        "label": label_of(matter, verb),
        "form": form,
        "warning": warning,
        "templates": templates_for(user, matter) if form.takes_templates else [],
        **(context or {}),
    }
    return render_page(request, "opinions/handling/verb.html", "opinions/handling/_verb.html", shown, status=status)


def conflict(
    request: HttpRequest, matter: Matter, verb: str, error: DomainError, form: VerbForm | None = None
) -> HttpResponse:
    """It cannot be done (any more): why, how the matter stands now, who acted last, and what was typed."""
    last = Event.objects.filter(chain=matter.chain).order_by("-seq").first()
    context = {
        "matter": matter,
        "label": label_of(matter, verb),
        "message": error.message,
        "last": last,
        "last_label": label_of(matter, last.verb) if last else "",
        "typed": form.typed if form is not None else [],
    }
    pages = "opinions/handling/conflict.html", "opinions/handling/_conflict.html"
    response = render_page(request, *pages, context, status=error.status_code)
    response["X-Message"] = quote(str(error.message))
    return response


def label_of(matter: Matter, verb: str) -> Any:
    """The verb in words."""
    workflow = WORKFLOWS[matter.kind]
    return workflow[verb].label if verb in workflow else verb_words(verb)


def overtaken(
    request: HttpRequest, matter: Matter, verb: str, form: VerbForm, *, context: dict[str, Any] | None = None
) -> HttpResponse:
    """Somebody has acted since the form was shown, and the verb is still open: say so, keep the text, ask again."""
    form.see(seen_state(matter))
    status, warning = StaleState.status_code, StaleState.message
    return show(request, matter, verb, form, status=status, warning=warning, context=context)


def with_template(form: FormT) -> FormT:
    """The form as typed, with the chosen template added to its text; nothing is checked yet."""
    user, matter = form.user, form.matter
    chosen = {str(row.pk): row.text for row in templates_for(user, matter)}
    typed, added = form.data.get("text", "").strip(), chosen.get(form.data.get("template", ""), "")
    initial = {name: form.data.get(name) for name in form.fields if name not in ("seen", "photos")}
    initial["text"] = f"{typed}\n{added}".strip() if added not in typed else typed
    return type(form)(initial=initial, user=user, matter=matter)
