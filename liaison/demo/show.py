"""What to open and how to sign in, in Chinese with an English gloss."""

from collections.abc import Iterator

from django.conf import settings

from deputies.accounts.models import Role, User
from deputies.contact_points.models import ContactPoint, PointKind
from deputies.roster.models import Deputy
from liaison.demo.accounts import PASSWORD, SHOWN

ENGLISH = {
    Role.DEPUTY: "deputy",
    Role.LIAISON_OFFICER: "liaison officer",
    Role.STREET_STAFF: "street committee staff (dispatcher)",
    Role.STREET_SECRETARY: "street secretary",
    Role.STREET_CHAIR: "street chair",
    Role.HANDLER: "department handler",
    Role.DEPARTMENT_HEAD: "department head",
    Role.DISTRICT_STAFF: "district staff",
    Role.DISTRICT_LEADER: "district leader",
    Role.SYSTEM_ADMIN: "system administrator",
    Role.SECURITY_ADMIN: "security administrator",
    Role.AUDIT_ADMIN: "audit administrator",
}


def listing() -> str:
    """The list that `make run` ends with."""
    return "\n".join([*_addresses(), "", *_accounts(), ""])


def _addresses() -> Iterator[str]:
    yield "  地址 / addresses"
    places = (
        ("/", "群众首页", "residents"), ("/desk/", "工作台", "desk"), ("/t/", "查询进度", "follow a report"),
        ("/echo/", "代表回音壁", "echo wall"),
    )  # fmt: skip
    for path, chinese, english in places:
        yield _line(f"{settings.PUBLIC_URL}{path}", chinese, english)
    deputy = Deputy.objects.filter(user__username=SHOWN[Role.DEPUTY]).first()
    if deputy is None:
        return
    yield _line(f"{settings.PUBLIC_URL}/d/{deputy.code}/", f"{deputy.name}代表的二维码", "a deputy's QR code")
    station = ContactPoint.objects.filter(deputies=deputy, kind=PointKind.STATION).order_by("id").first()
    if station:
        yield _line(f"{settings.PUBLIC_URL}/p/{station.code}/", f"{station.name}的二维码", "a station's QR code")


def _accounts() -> Iterator[str]:
    yield f"  演示账号 / demo accounts, 密码 / password: {PASSWORD}"
    shown = User.objects.filter(username__in=SHOWN.values()).select_related("organisation")
    users = {user.username: user for user in shown}
    for role, username in SHOWN.items():
        user = users.get(username)
        if user:
            body = f" {user.organisation}" if user.organisation else ""
            yield _line(username, f"{Role(role).label}{body}", ENGLISH[Role(role)])
    yield "  三类管理员首次登录要用手机绑定动态验证码 / the administrators bind a second factor (TOTP) at first sign-in"


def _line(what: str, chinese: str, english: str) -> str:
    return f"  {what:<34} {chinese} / {english}"
