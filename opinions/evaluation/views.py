"""The page of the one-time link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from liaison.base.errors import DomainError, InvalidInput
from liaison.base.web.client import client_hash
from liaison.base.web.decorators import public
from liaison.base.workdays.arithmetic import local_today
from opinions.evaluation.forms import RatingForm
from opinions.evaluation.queries import rating_by
from opinions.evaluation.services import AlreadyRated, Word, open_invite, rate
from opinions.handling.queries import public_replies
from opinions.invitations.models import RatingInvite
from opinions.invitations.queries import find_invite


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rating(request: HttpRequest, token: str) -> HttpResponse:
    """Rate once. A link that is used, expired or unknown leads to a kind page."""
    if request.user.is_authenticated:
        return _kind(request, _("您正以工作人员身份登录。评价只能由居民本人来做，请退出登录后再打开这个链接。"), 403)
    try:
        invite = open_invite(token, today=local_today(timezone.now()))
    except DomainError as error:
        return _closed(request, token, error)
    form = RatingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _rated(request, token, form, invite)
    return _page(request, invite, form, status=422 if form.errors else 200)


def _rated(request: HttpRequest, token: str, form: RatingForm, invite: RatingInvite) -> HttpResponse:
    word: Word = form.word()
    try:
        kept = rate(token=token, word=word, client_hash=client_hash(request), now=timezone.now())
    except InvalidInput as error:
        form.add_error(error.field or None, str(error.message))
        return _page(request, invite, form, status=422)
    except DomainError as error:
        return _closed(request, token, error)
    kept.matter.refresh_from_db()
    context = {"rating": kept, "matter": kept.matter, "reporter": kept.reporter}
    return render(request, "opinions/evaluation/thanks.html", context)


def _page(request: HttpRequest, invite: RatingInvite, form: RatingForm, *, status: int) -> HttpResponse:
    context = {"invite": invite, "matter": invite.matter, "form": form, "replies": public_replies(invite.matter)}
    return render(request, "opinions/evaluation/rate.html", context, status=status)


def _closed(request: HttpRequest, token: str, error: DomainError) -> HttpResponse:
    """What to say when the link does not rate (any more)."""
    if isinstance(error, AlreadyRated):
        invite = find_invite(token)
        said = rating_by(invite.matter_id, invite.reporter_id, invite.round) if invite else None
        if said is not None:
            context = {"rating": said, "matter": said.matter, "reporter": said.reporter, "again": True}
            return render(request, "opinions/evaluation/thanks.html", context)
    return _kind(request, error.message, error.status_code)


def _kind(request: HttpRequest, words: object, status: int) -> HttpResponse:
    return render(request, "opinions/evaluation/closed.html", {"words": words}, status=status)
