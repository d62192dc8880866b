"""Addresses of the roster, below /desk/."""

from django.urls import path, re_path

from deputies.roster.views import deputy, lists

app_name = "roster"
urlpatterns = [
    path("roster/", lists.deputy_list, name="list"),
    path("roster/export/", lists.export, name="export"),
    path("roster/new/", deputy.deputy_new, name="new"),
    path("roster/me/", deputy.me, name="me"),
    path("roster/groups/", lists.groups, name="groups"),
    path("roster/chat-groups/new/", lists.chat_group, name="chat_group_new"),
    path("roster/chat-groups/<int:pk>/", lists.chat_group, name="chat_group"),
    path("roster/terms/", lists.terms, name="terms"),
    path("roster/terms/<int:pk>/end/", lists.term_end, name="term_end"),
    path("roster/<int:pk>/", deputy.deputy_page, name="deputy"),
    path("roster/<int:pk>/edit/", deputy.deputy_edit, name="edit"),
    path("roster/<int:pk>/consent/", deputy.consent, name="consent"),
    path("roster/<int:pk>/pair/", deputy.pair, name="pair"),
    path("roster/<int:pk>/photo/", deputy.photo, name="photo"),
    path("roster/<int:pk>/photo/file/", deputy.photo_file, name="photo_file"),
    path("roster/<int:pk>/code/", deputy.code, name="code"),
    path("roster/<int:pk>/phone/", deputy.phone, name="phone"),
    re_path(r"^roster/(?P<pk>\d{1,18})/(?P<verb>suspend|resume|end|renew)/$", deputy.office, name="office"),
]
