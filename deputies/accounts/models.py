"""Accounts. What a user sees and may do follows from role and organisation (see access.py)."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deputies.organisations.models import Organisation
from liaison.base.encryption import EncryptedCharField


class Role(models.TextChoices):
    DEPUTY = "deputy", _("代表")
    LIAISON_OFFICER = "liaison_officer", _("联络员")
    STREET_STAFF = "street_staff", _("街道工委工作人员")
    STREET_SECRETARY = "street_secretary", _("街道工委书记")
    STREET_CHAIR = "street_chair", _("街道工委主任")
    HANDLER = "handler", _("部门经办人")
    DEPARTMENT_HEAD = "department_head", _("部门负责人")
    DISTRICT_STAFF = "district_staff", _("区人大工作人员")
    DISTRICT_LEADER = "district_leader", _("区人大领导")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    AUDIT_ADMIN = "audit_admin", _("审计管理员")


STREET_ROLES = (Role.LIAISON_OFFICER, Role.STREET_STAFF, Role.STREET_SECRETARY, Role.STREET_CHAIR)
DEPARTMENT_ROLES = (Role.HANDLER, Role.DEPARTMENT_HEAD)
DISTRICT_ROLES = (Role.DISTRICT_STAFF, Role.DISTRICT_LEADER)
ADMIN_ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


class UserManager(BaseUserManager["User"]):
    """Finds users by username; accounts are made by `accounts.services.create_user`."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """A person who signs in. One person, one account (protection level 3)."""

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    role = models.CharField(_("角色"), max_length=20, choices=Role)
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="users", verbose_name=_("机构")
    )
    email = models.EmailField(_("邮箱"), blank=True)
    phone = EncryptedCharField(_("手机"), max_length=20, blank=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    wecom_id = models.CharField(_("企业微信账号"), max_length=60, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    must_change_password = models.BooleanField(_("下次登录须改密码"), default=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    personal_fields = ("name", "email", "phone", "wecom_id", "username")

    class Meta:
        ordering = ["username"]
        verbose_name = _("账号")
        verbose_name_plural = _("账号")
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(role__in=[role.value for role in ADMIN_ROLES]),
                name="user_organisation_unless_admin",
            )
        ]
        indexes = [models.Index(fields=["organisation", "role"], name="user_organisation_role")]

    def __str__(self) -> str:
        return self.name

    def itself(self) -> "User":
        """The account, asked of the lazy stand-in that Django puts into requests."""
        return self

    @property
    def signature(self) -> str:
        """How the ledger names this person."""
        return self.name

    @property
    def is_staff(self) -> bool:
        """Whether the reference-data site opens: the system administrator and district staff."""
        return self.is_active and self.role in {Role.SYSTEM_ADMIN, Role.DISTRICT_STAFF}

    @property
    def is_superuser(self) -> bool:
        """Nobody is: the three administrators are separate offices."""
        return False

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's admin site asks this; it edits reference data only."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class UsedPassword(models.Model):
    """A hash of an earlier password, so that it is not taken again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="used_passwords")
    password = models.CharField(max_length=256)
    at = models.DateTimeField()
    personal_fields = ("password",)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


class SignInPlace(models.Model):
    """From where somebody signed in, as the keyed hash that ratings carry too (rule 5), and when last. Forgotten after
    half a year; the address itself is never kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_places")
    client_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    personal_fields = ("client_hash",)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["client_hash", "user"], name="sign_in_place_once")]
        indexes = [models.Index(fields=["at"], name="sign_in_place_at")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


class Reveal(models.Model):
    """Somebody looked at a masked telephone number, and why."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reveals")
    about = models.CharField(max_length=60, help_text="chain of the record, e.g. matter:42")
    what = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    personal_fields = ("reason",)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "-id"], name="reveal_user")]

    def __str__(self) -> str:
        return f"{self.about} {self.what}"
