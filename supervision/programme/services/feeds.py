"""Calendar subscriptions: a secret link for each person, and one for the body; both can be renewed at any time."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.codes import new_token, token_hash
from liaison.base.errors import NotAllowed
from liaison.base.step import step
from supervision.programme.models import Feed

name_verbs({"feed_made": _("开出日历订阅"), "feed_renewed": _("更换日历订阅")})


def feed_address(feed: Feed) -> str:
    """The address to which a calendar subscribes."""
    return f"{settings.PUBLIC_URL}/calendar/{feed.token}.ics"


@step
def renew_feed(*, by: User, now: datetime, organisation: Organisation | None = None) -> Feed:
    """A fresh secret link of the user, or of the user's body; the one before opens no more. Raises NotAllowed."""
    check(by, Permission.PROGRAMME_VIEW)
    if organisation is not None and organisation.pk != by.organisation_id:
        raise NotAllowed
    User.objects.select_for_update().get(pk=by.pk)
    token = new_token()
    values = {"token": token, "token_hash": token_hash(token), "made_at": now}
    feed, fresh = Feed.objects.update_or_create(user=by, organisation=organisation, defaults=values)
    record(f"feed:{feed.pk}", Fact(verb="feed_made" if fresh else "feed_renewed"), by=by, now=now, first=fresh)
    return feed
