"""Addresses of orders: the committee's and the bodies' pages, and what a letter's link opens."""

from django.urls import path

from supervision.orders.views import answers, by_link, letters, others

app_name = "orders"
DESK = "desk/supervision/orders"
urlpatterns = [
    path(f"{DESK}/", letters.index, name="letters"),
    path(f"{DESK}/waiting/", letters.waiting, name="waiting"),
    path(f"{DESK}/draft/", letters.draft, name="draft"),
    path(f"{DESK}/reminders/send/", others.remind, name="remind"),
    path(f"{DESK}/reminders/", others.reminders, name="reminders"),
    path(f"{DESK}/reminders/<int:pk>/", others.reminder, name="reminder"),
    path(f"{DESK}/cases/", others.cases, name="cases"),
    path(f"{DESK}/cases/<int:pk>/", others.case, name="case"),
    path(f"{DESK}/cases/<int:pk>/<slug:what>/", others.case_step, name="case_step"),
    path(f"{DESK}/redone/", others.redone, name="redone"),
    path(f"{DESK}/redone/<int:body_id>/<slug:kind>/", others.redone_rows, name="redone_rows"),
    path(f"{DESK}/<int:pk>/", letters.letter, name="letter"),
    path(f"{DESK}/<int:pk>/edit/", letters.edit, name="edit"),
    path(f"{DESK}/<int:pk>/answer/", answers.answer, name="answer"),
    path(f"{DESK}/<int:pk>/link/", by_link.link, name="link"),
    path(f"{DESK}/<int:pk>/link/renew/", by_link.renew, name="renew_link"),
    path(f"{DESK}/<int:pk>/link/revoke/", by_link.revoke, name="revoke_link"),
    path(f"{DESK}/<int:pk>/letter.<slug:form>", letters.document, name="document"),
    path(f"{DESK}/<int:pk>/files/<uuid:file_id>/", letters.attachment, name="attachment"),
    path(f"{DESK}/<int:pk>/do/<slug:verb>/", letters.act, name="act"),
    path(f"{DESK}/<int:pk>/why/<slug:verb>/", letters.why, name="why"),
    path(f"{DESK}/cases/matters/<str:code>/", others.sponsor, name="sponsor"),
    path(f"{DESK}/redone/matters/<str:code>/", others.trail, name="trail"),
    path("b/letter/<str:token>/", by_link.answer, name="by_link"),
    path("b/letter/<str:token>/letter.pdf", by_link.paper, name="paper_by_link"),
]
