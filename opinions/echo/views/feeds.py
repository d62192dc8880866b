"""What machines read: the Atom feed, the list of addresses and the rules for search engines."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from liaison.base.web.decorators import public
from liaison.base.workdays.arithmetic import local_today
from opinions.echo.models import Echo
from opinions.echo.queries import ORDER
from opinions.echo.reading import Told, told, whole
from opinions.echo.shelf import ready

IN_FEED = 30
MOST_LISTED = 50_000
"""Addresses of one list (sitemaps.org)."""
PAGES = ("intake:home", "echo:wall", "reports:statistics", "programme:themes")
"""Pages for search engines, as far as this installation has them."""
CLOSED = ("/desk/", "/admin/", "/accounts/", "/api/", "/t/", "/r/", "/echo/tv/")


class WallFeed(Feed):
    """回音壁 as Atom, the newest first."""

    feed_type = Atom1Feed

    def title(self) -> str:
        return _("代表回音壁")

    def subtitle(self) -> str:
        return _("群众反映的事，办得怎么样。答复了、解决了、满意了，是三件事。")

    def link(self) -> str:
        return f"{settings.PUBLIC_URL}{reverse('echo:wall')}"

    def feed_url(self) -> str:
        return f"{settings.PUBLIC_URL}{reverse('echo:feed')}"

    def items(self) -> list[Told]:
        rows = whole(Echo.objects.shown()).order_by(*ORDER)[:IN_FEED]
        return told(rows, local_today(timezone.now()))

    def item_title(self, item: Told) -> str:
        return item.echo.title

    def item_description(self, item: Told) -> str:
        came = item.outcome
        facts = _("答复：%(replied)s；解决没有（居民）：%(solved)s；评价：%(satisfaction)s。") % {
            "replied": came.replied_words, "solved": came.solved_words, "satisfaction": came.satisfaction_words,
        }  # fmt: skip
        return linebreaks(f"{item.echo.raised}\n\n{item.echo.done}\n\n{facts}", autoescape=True)

    def item_link(self, item: Told) -> str:
        return f"{settings.PUBLIC_URL}{item.url}"

    def item_guid(self, item: Told) -> str:
        return self.item_link(item)

    def item_author_name(self, item: Told) -> str:
        return item.echo.bodies

    def item_categories(self, item: Told) -> Iterable[str]:
        return [str(one) for one in (item.echo.area, item.echo.category) if one]

    def item_pubdate(self, item: Told) -> datetime | None:
        return item.echo.published_at

    def item_updateddate(self, item: Told) -> datetime | None:
        return item.echo.decided_at


_feed = WallFeed()


@public
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The Atom feed."""
    return ready(request, lambda: _feed(request))


class Public(Sitemap):
    """Addresses as residents reach them, whatever address the request came by."""

    def get_domain(self, site: Any = None) -> str:
        return settings.PUBLIC_URL.partition("://")[2]

    def get_protocol(self, protocol: str | None = None) -> str:
        return settings.PUBLIC_URL.partition("://")[0]


class Entries(Public):
    """The entries that are shown."""

    def items(self) -> Any:
        return Echo.objects.shown().order_by(*ORDER)[: MOST_LISTED - len(PAGES)]

    def location(self, item: Echo) -> str:
        return reverse("echo:entry", args=[item.code])

    def lastmod(self, item: Echo) -> datetime | None:
        return item.decided_at


class Pages(Public):
    """The pages that everybody may find."""

    def items(self) -> list[str]:
        return [place for name in PAGES if (place := _place(name))]

    def location(self, item: str) -> str:
        return item


def _place(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@public
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The list of addresses for search engines (sitemaps.org)."""
    return ready(request, lambda: _sitemap(request))


def _sitemap(request: HttpRequest) -> HttpResponse:
    listed = [one for held in (Pages(), Entries()) for one in held.get_urls()]
    return render(request, "sitemap.xml", {"urlset": listed}, content_type="application/xml")


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines leave alone: everything that belongs to somebody."""
    lines = ["User-agent: *", *(f"Disallow: {place}" for place in CLOSED)]
    lines += ["", f"Sitemap: {settings.PUBLIC_URL}{reverse('echo:sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
