"""Addresses of orders, below /desk/supervision/."""

from django.urls import path

from supervision.orders.views import answers, letters, others

app_name = "orders"
urlpatterns = [
    path("orders/", letters.index, name="letters"),
    path("orders/draft/", letters.draft, name="draft"),
    path("orders/reminders/send/", others.remind, name="remind"),
    path("orders/reminders/", others.reminders, name="reminders"),
    path("orders/reminders/<int:pk>/", others.reminder, name="reminder"),
    path("orders/cases/", others.cases, name="cases"),
    path("orders/cases/<int:pk>/", others.case, name="case"),
    path("orders/cases/<int:pk>/<slug:what>/", others.case_step, name="case_step"),
    path("orders/redone/", others.redone, name="redone"),
    path("orders/redone/<int:body_id>/<slug:kind>/", others.redone_rows, name="redone_rows"),
    path("orders/<int:pk>/", letters.letter, name="letter"),
    path("orders/<int:pk>/edit/", letters.edit, name="edit"),
    path("orders/<int:pk>/answer/", answers.answer, name="answer"),
    path("orders/<int:pk>/letter.<slug:form>", letters.document, name="document"),
    path("orders/<int:pk>/files/<int:file_id>/", letters.photo, name="photo"),
    path("orders/<int:pk>/do/<slug:verb>/", letters.act, name="act"),
    path("orders/<int:pk>/why/<slug:verb>/", letters.why, name="why"),
    path("orders/cases/matters/<str:code>/", others.sponsor, name="sponsor"),
    path("orders/redone/matters/<str:code>/", others.trail, name="trail"),
]
