"""GeoReport v2. Every answer, refusals too, is the document that the specification names, in the format asked for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from deputies.accounts.access import Permission, SignedIn, requires
from liaison.base.codes import normalise
from liaison.base.errors import DomainError, InvalidInput
from liaison.base.stamps import reading
from liaison.base.web.client import client_hash
from liaison.base.web.decorators import public
from liaison.base.web.errors import VOICES, is_outage
from liaison.base.web.htmx import render_page
from opinions.exchange.models import ApiKey
from opinions.exchange.services.keys import BadKey, check_rate, key_called
from opinions.matters.models import Matter
from opinions.open311 import queries
from opinions.open311.forms import NotFound, Refused, read_district, read_request, read_search, read_service
from opinions.open311.models import Extra
from opinions.open311.services import notice, submission_key, submit_request
from opinions.open311.wire import TYPES, written

Said = tuple[str, Any]
"""The name of a document and what it says."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_WITHOUT_KEY = 120
"""Calls of one address within a minute that come without a key."""
STATUSES = {400, 403, 404, 413, 429, 503}
"""What is refused is answered with one of these; other refusals of the services are bad requests here."""
CHANGED = "2026-11-23T00:00:00+08:00"
RETRY_AFTER = 120
LONGEST_ACCOUNT = 200


def resource(*methods: str) -> Callable[[Callable[..., Said]], Callable[..., HttpResponse]]:
    """An address of the interface: `form` is "json" or "xml"."""

    def decorate(view: Callable[..., Said]) -> Callable[..., HttpResponse]:
        @public
        @csrf_exempt
        @wraps(view)
        def served(request: HttpRequest, *, form: str, **named: str) -> HttpResponse:
            try:
                if request.method not in methods:
                    return _errors(form, 405, [_("这个地址不接受这种请求方法。")], {"Allow": ", ".join(methods)})
                with reading():
                    return _answer(form, 200, view(request, **named))
            except DomainError as error:
                return _refusal(form, error)
            except RequestDataTooBig:
                return _errors(form, 413, [_("请求的内容太长。")])
            except (BadRequest, SuspiciousOperation, MultiPartParserError, UnicodeError):
                return _errors(form, 400, [_("请求的内容读不懂。")])
            except Exception as error:
                if not is_outage(error):
                    raise
                return _errors(form, 503, [_("系统正忙，请过几分钟再试。")], {"Retry-After": str(RETRY_AFTER)})

        return served

    return decorate


def _answer(form: str, status: int, said: Said, headers: dict[str, str] | None = None) -> HttpResponse:
    more = {"Cache-Control": "no-store", **(headers or {})}
    return HttpResponse(written(form, *said), status=status, content_type=TYPES[form], headers=more)


def _errors(form: str, status: int, sentences: list[str], headers: dict[str, str] | None = None) -> HttpResponse:
    rows = [{"code": status, "description": one} for one in sentences]
    return _answer(form, status, ("errors", rows), headers)


def _early(path: str, status: int, sentence: str) -> HttpResponse:
    """What is refused before a view is reached, for one reason or another."""
    return _errors("json" if path.endswith(".json") else "xml", status, [sentence])


VOICES["/open311/"] = _early


def _refusal(form: str, error: DomainError) -> HttpResponse:
    sentences = error.sentences if isinstance(error, Refused) else [str(error.message)]
    status = error.status_code if error.status_code in STATUSES else 400
    return _errors(form, status, sentences, {"Retry-After": str(error.retry_after)} if error.retry_after else None)


def _key(request: HttpRequest) -> ApiKey | None:
    """The key that came along, if any. Raises BadKey, TooManyCalls."""
    if text := request.GET.get("api_key"):
        return _good_key(request, text)
    _count(request)
    return None


def _good_key(request: HttpRequest, text: str) -> ApiKey:
    try:
        return key_called(text, now=timezone.now())
    except BadKey:
        _count(request)
        raise


def _count(request: HttpRequest) -> None:
    """Calls without a key, or with a wrong one, are counted by address. Raises TooManyCalls."""
    check_rate(f"open311:{client_hash(request)}", MOST_WITHOUT_KEY, now=timezone.now())


@resource("GET", "HEAD")
def discovery(request: HttpRequest) -> Said:
    """Where the interface is, and in which formats."""
    url = settings.PUBLIC_URL + reverse("open311:discovery", args=["json"]).rpartition("/")[0] + "/v2"
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2", "url": url, "changeset": CHANGED,
        "type": "production", "formats": ["text/xml", "application/json"],
    }  # fmt: skip
    contact = _("%(url)s：街道或区人大的工作人员发放 api_key") % {"url": settings.PUBLIC_URL}
    said = {"changeset": CHANGED, "contact": contact, "key_service": contact, "endpoints": [endpoint]}
    return "discovery", said


@resource("GET", "HEAD")
def services(request: HttpRequest) -> Said:
    """The categories in use."""
    _key(request)
    read_district(request.GET.dict())
    return "services", queries.services()


@resource("GET", "HEAD")
def service(request: HttpRequest, code: str) -> Said:
    """The questions of one category."""
    _key(request)
    read_district(request.GET.dict())
    return "service_definition", queries.definition(read_service(code))


@resource("GET", "HEAD", "POST")
def requests(request: HttpRequest) -> Said:
    """Search, or submit."""
    return _submitted(request) if request.method == "POST" else _found(request)


def _found(request: HttpRequest) -> Said:
    key, given = _key(request), request.GET.dict()
    asked = read_search(given, timezone.now())
    return "service_requests", _told(asked, key, given)


def _told(asked: queries.Asked, key: ApiKey | None, given: dict[str, str]) -> list[dict[str, Any]]:
    partner = key.partner if key is not None and key.reads else None
    return queries.requests(asked, partner=partner, extended=given.get("extensions") == "true")


def _submitted(request: HttpRequest) -> Said:
    if request.content_type not in FORMS:
        raise InvalidInput(_("请用表单提交：Content-Type 为 %(types)s。") % {"types": ", ".join(FORMS)})
    key, now = _good_key(request, request.POST.get("api_key", "")), timezone.now()
    given, district = request.POST, read_district({**request.GET.dict(), **request.POST.dict()})
    token = request.headers.get("Idempotency-Key", "")
    sent = read_request(given, request.FILES.getlist("media"), token=token, now=now)
    receipt = submit_request(key=key, sent=sent, district_id=district, now=now)
    row = {
        "service_request_id": receipt.matter.code, "service_notice": notice(receipt),
        "account_id": given.get("account_id", "")[:LONGEST_ACCOUNT] or None,
    }  # fmt: skip
    return "service_requests", [row]


@resource("GET", "HEAD")
def one_request(request: HttpRequest, code: str) -> Said:
    """One request by its number."""
    key, given = _key(request), request.GET.dict()
    read_district(given)
    rows = _told(queries.Asked(codes=(normalise(code),)), key, given)
    if not rows:
        raise NotFound(_("没有这个 service_request_id。"), field="service_request_id")
    return "service_requests", rows


@resource("GET", "HEAD")
def token(request: HttpRequest, token: str) -> Said:
    """What a program's own Idempotency-Key has become, for one whose answer was lost on the way."""
    key = _key(request)
    read_district(request.GET.dict())
    code = queries.code_of(submission_key(key.partner, token), key.partner) if key else None
    if code is None:
        raise NotFound(_("没有这个 token。"), field="token")
    return "service_requests", [{"service_request_id": code, "token": token}]


@resource("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
def unknown(request: HttpRequest) -> Said:
    """Any other address."""
    raise NotFound(_("没有这个地址，或者没有写 .json、.xml。"))


@require_safe
@requires(Permission.MATTER_VIEW)
def panel(request: SignedIn, code: str) -> HttpResponse:
    """The part of a matter's page with what came along through the open interface."""
    matter = get_object_or_404(Matter.objects.one_visible_to(request.user, code))
    extra = Extra.objects.filter(matter=matter).first()
    page, fragment = "opinions/open311/panel.html", "opinions/open311/_panel.html"
    return render_page(request, page, fragment, {"matter": matter, "extra": extra})
