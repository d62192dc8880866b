"""Writing a reply: drafting, approving, reporting a result back. One form, several buttons."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission as P
from deputies.accounts.access import can, requires
from opinions.handling import services
from opinions.handling.forms.reply import ISSUE, REPORT, SAVE, SUBMIT
from opinions.handling.serving import Buttons, serve_reply

SAVING: Buttons = {SAVE: (services.save_draft, _("存为草稿"), _("草稿已保存。"))}
SUBMITTING: Buttons = {SUBMIT: (services.submit_for_approval, _("送审"), _("已送审。"))}
ISSUING: Buttons = {ISSUE: (services.write_and_issue, _("签发"), _("答复已发给居民。"))}
APPROVING: Buttons = {ISSUE: (services.issue_reply, _("签发"), _("答复已发给居民。"))}
REPORTING: Buttons = {REPORT: (services.report_back, _("发给居民"), _("结果已告诉居民。"))}


@requires(P.MATTER_REPLY)
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """起草答复: keep a draft, send it to the head, or (as the head) issue it at once."""
    main = ISSUING if can(request.user, P.MATTER_APPROVE) else SUBMITTING
    return serve_reply(request, code, "draft", {**main, **SAVING})


@requires(P.MATTER_APPROVE)
def reply(request: HttpRequest, code: str) -> HttpResponse:
    """审签: the head reads, corrects where needed, and issues; or sends it back."""
    return serve_reply(request, code, "reply", APPROVING)


@requires(P.MATTER_VIEW)
def report_back(request: HttpRequest, code: str) -> HttpResponse:
    """反馈结果 of a proposal or a relay."""
    return serve_reply(request, code, "report_back", REPORTING)
