"""What a session still needs before it may go on, and how long it may rest.

Idle limits: 15 minutes for staff and administrators (protection level 3, `SESSION_IDLE_MINUTES`);
deputies, who work on their own phone, for as long as the session cookie lives.
"""

from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import cast

from django.conf import settings
from django.http import HttpRequest

from deputies.accounts.models import ADMIN_ROLES, Role, User
from liaison.base.web.client import client_address

SEEN = "seen"
"""Session key: when the user was last active, in seconds since 1970."""
TOUCH_EVERY = timedelta(seconds=60)
"""Activity is written at most this often, so that reading pages seldom writes."""
CHANGE_PASSWORD = "accounts:password"  # noqa: S105 - a view name
SECOND_FACTOR = "accounts:second_factor"
SECOND_FACTOR_SETUP = "accounts:second_factor_setup"
OPEN_VIEWS = {
    SECOND_FACTOR: frozenset({SECOND_FACTOR, SECOND_FACTOR_SETUP}),
    CHANGE_PASSWORD: frozenset({CHANGE_PASSWORD}),
}
"""Views that a user may open while a step is still to be done; signing out is open to everybody."""


def idle_limit(user: User) -> timedelta:
    """How long the user may rest before signing in again."""
    if user.role == Role.DEPUTY:
        return timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES)


def has_expired(request: HttpRequest, *, now: datetime) -> bool:
    """Whether the session has rested longer than allowed; so it counts too when the clock was set back by more."""
    seen = request.session.get(SEEN)
    limit = idle_limit(cast(User, request.user))
    return seen is not None and abs(now.timestamp() - seen) > limit.total_seconds()


def touch(request: HttpRequest, *, now: datetime) -> None:
    """Note activity."""
    seen = request.session.get(SEEN, 0)
    if abs(now.timestamp() - seen) >= TOUCH_EVERY.total_seconds():
        request.session[SEEN] = now.timestamp()


def address_of(request: HttpRequest) -> str | None:
    """Where a sign-in comes from, for the log of django-axes; None for anything that is no address."""
    try:
        return str(ip_address(client_address(request)))
    except ValueError:
        return None


def needs_second_factor(user: User) -> bool:
    """The three administrators prove themselves by a second factor."""
    return user.role in ADMIN_ROLES


def pending_step(request: HttpRequest) -> str:
    """Name of the view that must be gone through first, or empty."""
    user = cast(User, request.user)
    if needs_second_factor(user) and not user.is_verified():  # type: ignore[attr-defined]
        return SECOND_FACTOR
    return CHANGE_PASSWORD if user.must_change_password else ""
