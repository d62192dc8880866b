"""Signing in, the own account, and the pages of the three administrators."""

from django.urls import path

from deputies.accounts.views import audit, divisions, own, people, security, session

app_name = "accounts"
urlpatterns = [
    path("accounts/login/", session.login, name="login"),
    path("accounts/logout/", session.logout, name="logout"),
    path("accounts/password/", own.change_password, name="password"),
    path("accounts/second-factor/", own.second_factor, name="second_factor"),
    path("accounts/second-factor/setup/", own.second_factor_setup, name="second_factor_setup"),
    path("desk/accounts/", people.account_list, name="list"),
    path("desk/accounts/new/", people.account_create, name="create"),
    path("desk/accounts/<int:pk>/", people.account_edit, name="edit"),
    path("desk/accounts/<int:pk>/reset/", people.account_reset, name="reset"),
    path("desk/accounts/<int:pk>/close/", people.account_close, name="close"),
    path("desk/accounts/<int:pk>/reopen/", people.account_reopen, name="reopen"),
    path("desk/security/", security.locked, name="security"),
    path("desk/security/unlock/<int:pk>/", security.unlock, name="unlock"),
    path("desk/security/failures/", security.failures, name="failures"),
    path("desk/security/reveals/", security.reveals, name="reveals"),
    path("desk/security/second-factors/", security.second_factors, name="second_factors"),
    path("desk/security/second-factors/<int:pk>/remove/", security.second_factor_remove, name="second_factor_remove"),
    path("desk/audit/", audit.ledger, name="audit"),
    path("desk/audit/verify/", audit.verify, name="verify"),
    path("desk/divisions/import/", divisions.upload, name="divisions_import"),
    path("desk/divisions/import/confirm/", divisions.confirm, name="divisions_confirm"),
]
