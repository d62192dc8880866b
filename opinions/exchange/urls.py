"""Addresses of the exchange, below /desk/."""

from django.urls import path

from opinions.exchange.views import changes, importing, keys, ledger, matter, partners

app_name = "exchange"
urlpatterns = [
    path("exchange/", ledger.ledger, name="ledger"),
    path("exchange/todo/", ledger.todo, name="todo"),
    path("exchange/todo/<int:pk>/again/", ledger.again, name="again"),
    path("exchange/changes/<int:pk>/", changes.change, name="change"),
    path("exchange/changes/<int:pk>/phone/", changes.phone, name="phone"),
    path("exchange/differs/", ledger.differs, name="differs"),
    path("exchange/differs/<slug:partner>/", ledger.comparison, name="comparison"),
    path("exchange/import/", importing.upload, name="import"),
    path("exchange/import/template.xlsx", importing.template, name="template"),
    path("exchange/import/<slug:partner>/<int:pk>/", importing.import_table, name="import_table"),
    path("exchange/partners/", partners.listing, name="partners"),
    path("exchange/partners/new/", partners.new, name="new"),
    path("exchange/partner/<slug:code>/", partners.partner, name="partner"),
    path("exchange/partner/<slug:code>/edit/", partners.edit, name="edit"),
    path("exchange/partner/<slug:code>/switch/", partners.switch, name="switch"),
    path("exchange/partner/<slug:code>/secret/", partners.secret, name="secret"),
    path("exchange/partner/<slug:code>/secret/end/", partners.end_secret, name="end_secret"),
    path("exchange/partner/<slug:code>/keys/new/", keys.new, name="new_key"),
    path("exchange/partner/<slug:code>/keys/<int:pk>/rotate/", keys.rotate, name="rotate_key"),
    path("exchange/partner/<slug:code>/keys/<int:pk>/revoke/", keys.revoke, name="revoke_key"),
    path("exchange/partner/<slug:code>/handover/", partners.make_file, name="hand_over"),
    path("exchange/partner/<slug:code>/handover/<int:pk>/", partners.fetch_file, name="handover"),
    path("matters/<str:code>/exchange/", matter.panel, name="panel"),
    path("matters/<str:code>/exchange/push/", matter.push_matter, name="push"),
]
