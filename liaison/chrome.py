"""The frame of the desk: composition alone sees every floor, so it fills the rail."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, can
from deputies.accounts.backends import MOST_UNREAD
from deputies.accounts.models import Role
from liaison.base.web.chrome import Chrome, Entry

P = Permission
PLACES: tuple[tuple[Permission, Any, str, str, bool], ...] = (
    (P.MATTER_VIEW, _("待办"), "desk:home", "inbox", True),
    (P.INTAKE_ASSIST, _("代群众登记"), "intake:assist", "pencil-square", True),
    (P.INTAKE_IMPORT, _("批量导入"), "intake:import", "upload", False),
    (P.PROPOSAL_VIEW, _("代表建议"), "proposals:list", "file-earmark-text", False),
    (P.HOT_VIEW, _("热点"), "gathering:hot", "fire", False),
    (P.RELAY_VIEW, _("接力"), "relays:list", "arrow-up-right-circle", False),
    (P.POINT_VIEW, _("联系点"), "contact_points:list", "geo-alt", True),
    (P.POINT_EDIT, _("覆盖情况"), "contact_points:coverage", "map", False),
    (P.ROSTER_VIEW, _("代表名册"), "roster:list", "people", True),
    (P.RULES_VIEW, _("分派规则"), "routing:list", "diagram-3", False),
    (P.SUGGESTION_EDIT, _("类别建议"), "suggestion:overview", "lightbulb", False),
    (P.TEMPLATE_EDIT, _("答复模板"), "handling:templates", "card-text", False),
    (P.EXCHANGE_VIEW, _("外部系统"), "exchange:ledger", "arrow-left-right", False),
    (P.BODIES_EDIT, _("机构与区划"), "succession:bodies", "buildings", False),
    (P.ACCOUNT_EDIT, _("账号"), "accounts:list", "person-gear", True),
    (P.REFERENCE_EDIT, _("基础数据"), "admin:index", "sliders", False),
    (P.SECURITY_LOG, _("安全管理"), "accounts:security", "shield-lock", True),
    (P.AUDIT_LOG, _("审计日志"), "accounts:audit", "journal-check", True),
)
"""Permission, label, URL name, icon, and whether it belongs into a phone's bottom bar."""
ALSO = {
    "proposals:list": ["proposals:notes"],
    "gathering:hot": ["gathering:topics"],
    "succession:bodies": ["succession:places"],
}
"""Pages of a place that lie elsewhere, by the URL name of the place."""


def desk_chrome(request: HttpRequest) -> Chrome:
    """Rail, bell, search box and menu for the signed-in user."""
    user: Any = request.user
    if not user.is_authenticated:
        return Chrome()
    sees_matters = can(user, P.MATTER_VIEW)
    return Chrome(
        entries=[
            Entry(label, reverse(name), icon, phone=phone, also=[reverse(one) for one in ALSO.get(name, ())])
            for permission, label, name, icon, phone in PLACES
            if can(user, permission)
        ],
        menu=_menu(user),
        unread=min(getattr(user, "unread", 0), MOST_UNREAD),
        notices_url=reverse("desk:notices"),
        search_url=reverse("desk:home") if sees_matters else "",
        search_hint=_("编号、内容、地点") if sees_matters else "",
        user_name=user.name,
        organisation=str(user.organisation or ""),
        role=user.get_role_display(),
        logout_url=reverse("accounts:logout"),
    )


def _menu(user: Any) -> list[Entry]:
    """Behind the user's name: the own record, the own background jobs, the password."""
    own = Entry(label=_("我的代表资料"), url=reverse("roster:me"), icon="person-badge")
    jobs = Entry(label=_("后台任务"), url=reverse("jobs:list"), icon="hourglass-split")
    password = Entry(label=_("修改密码"), url=reverse("accounts:password"), icon="key")
    return [*[own] * (user.role == Role.DEPUTY), *[jobs] * can(user, P.PLAQUE_PRINT), password]
