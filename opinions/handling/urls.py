"""Addresses of handling, below /desk/. The screen of a verb is `handling:<verb>`; `raise` and
`unlink` are served by proposals, `relay` by relays."""

from django.urls import path

from opinions.handling.views import asking, merging, others, promising, replying, verbs

app_name = "handling"
VERBS = {
    "take": verbs.take,
    "decline": verbs.decline,
    "transfer": verbs.transfer,
    "ask": verbs.ask,
    "answer": verbs.answer,
    "assign": verbs.assign,
    "recall": verbs.recall,
    "extend": asking.extend,
    "ask_extension": asking.ask_extension,
    "refuse_extension": asking.refuse_extension,
    "object": asking.object_,
    "consent_return": asking.consent_return,
    "refuse_return": asking.refuse_return,
    "settle": asking.settle,
    "set_limit": asking.set_limit,
    "add_co": asking.add_co,
    "join_streets": asking.join_streets,
    "sign": verbs.sign,
    "return": verbs.return_,
    "draft": replying.draft,
    "reply": replying.reply,
    "send_back": verbs.send_back,
    "co_opinion": verbs.co_opinion,
    "report_back": replying.report_back,
    "merge": merging.merge,
    "branch": merging.branch,
    "unmerge": merging.unmerge,
    "reopen": verbs.reopen,
    "note": others.note,
}

urlpatterns = [
    *[path(f"matters/<str:code>/{verb}/", view, name=verb) for verb, view in VERBS.items()],
    path("handling/assign/", others.bulk_assign, name="bulk_assign"),
    path("supervision/promises/<int:promise_id>/miss/", promising.miss_promise, name="miss_promise"),
    path("handling/templates/", others.templates, name="templates"),
    path("handling/templates/<int:template_id>/", others.template, name="template"),
    path("handling/templates/<int:template_id>/drop/", others.drop_template, name="drop_template"),
]
