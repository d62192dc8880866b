"""Writing the text: begun from what the matter knows, changed, what was found in it decided, submitted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.accounts.access import Permission, check
from deputies.accounts.models import Role, User
from liaison.base.audit.services import Fact, record
from liaison.base.codes import new_plaque_code
from liaison.base.errors import InvalidInput
from liaison.base.step import step
from opinions.echo.access import may_begin
from opinions.echo.masking import masked
from opinions.echo.models import Echo, EchoPhoto
from opinions.echo.queries import answer_of, bodies_of, consents, names_in, problem_of, under_way
from opinions.echo.services.common import (
    NotYet,
    UnderWay,
    change,
    hold,
    hold_text,
    look_through,
    named,
    tell,
    tell_history,
)
from opinions.echo.states import EDIT, SETTLE, EchoStatus
from opinions.intake.models import Opinion
from opinions.matters.models import Matter
from opinions.matters.services import checked_text, hold_row, staff_of

TITLE_MAX, TEXT_MAX, BODIES_MAX, WHY_MAX = 60, 600, 200, 100
READERS = (Role.STREET_SECRETARY, Role.STREET_CHAIR)


@dataclass(frozen=True, kw_only=True)
class DraftData:
    """The texts of an echo. Without consent `raised` and `title` are the program's, whatever is given."""

    title: str
    raised: str
    done: str
    bodies: str


@step
def begin(*, matter: Matter, by: User, now: datetime) -> Echo:
    """起草公开稿: a first text from what the matter knows, or a further edition of what is public.

    Raises NotAllowed, NotYet, UnderWay.
    """
    check(by, Permission.ECHO_DRAFT, matter)
    hold_row(matter)
    if under_way(matter) is not None:
        raise UnderWay
    before = Echo.objects.filter(matter=matter).order_by("-number", "-id").first()
    if not may_begin(matter):
        raise NotYet
    echo = _first(matter, before, by=by, now=now)
    echo.save(force_insert=True)
    if before is not None and before.status == EchoStatus.PUBLISHED:
        _carry_pictures(before, echo)
    data = {"echo": echo.code, "edition": echo.number}
    record(echo.chain, Fact(verb="draft_echo", target=echo.status, data=data), by=by, now=now, first=True)
    tell_history(echo, "draft_echo", by=by, now=now)
    return echo


def _first(matter: Matter, before: Echo | None, *, by: User, now: datetime) -> Echo:
    own = consents(matter)
    texts = _carried(before) if before is not None and before.own_words == own else _gathered(matter, own=own)
    return Echo(
        code=before.code if before else new_plaque_code(), number=before.number + 1 if before else 1, matter=matter,
        own_words=own, area=matter.street.division, category=matter.category, drafted_by=by, drafted_at=now,
        kept=before.kept if before else {}, published_at=before.published_at if before else None, **texts,
    )  # fmt: skip


def _carried(before: Echo) -> dict[str, str]:
    return before.texts()


def _gathered(matter: Matter, *, own: bool) -> dict[str, str]:
    """What the matter knows, as it stands: what is found in it is decided by somebody."""
    answer, content = answer_of(matter), Opinion.objects.values_list("content", flat=True).get(pk=matter.pk)
    return {
        "title": problem_of(matter)[:TITLE_MAX] if own else plain_title(matter),
        "raised": content[:TEXT_MAX] if own else plain_words(matter),
        "done": (answer.text if answer else "")[:TEXT_MAX],
        "bodies": "、".join(bodies_of(matter))[:BODIES_MAX],
    }


def plain_title(matter: Matter) -> str:
    """A title that owes nothing to the resident's words."""
    return _("%(area)s：%(category)s") % _about(matter)


def plain_words(matter: Matter) -> str:
    """The one sentence that may be told without consent."""
    return _("有居民反映%(area)s的%(category)s问题。居民没有同意公开原话，这里只说类别。") % _about(matter)


def _about(matter: Matter) -> dict[str, str]:
    category = matter.category.name if matter.category else _("其他")
    return {"area": matter.street.division.name, "category": category}


def _carry_pictures(before: Echo, echo: Echo) -> None:
    """The copies of the edition before; who looked at them stands with them."""
    EchoPhoto.objects.bulk_create(
        EchoPhoto(
            echo=echo, source=one.source, moment=one.moment, stored=one.stored, card=one.card, width=one.width,
            height=one.height, boxes=one.boxes, checked_by=one.checked_by, checked_at=one.checked_at,
        )
        for one in before.photos.select_related("source", "stored", "card", "checked_by").order_by("id")
    )  # fmt: skip


@step
def edit(*, echo: Echo, data: DraftData, by: User, now: datetime) -> Echo:
    """Change the text. What is kept with a reason stays so as long as the same words stand there.

    Raises NotAllowed, StaleState, InvalidInput.
    """
    hold_text(echo, by=by)
    echo.own_words = echo.own_words and consents(echo.matter)
    echo.title = _text(data.title, "title", TITLE_MAX) if echo.own_words else plain_title(echo.matter)
    echo.raised = _text(data.raised, "raised", TEXT_MAX) if echo.own_words else plain_words(echo.matter)
    echo.done, echo.bodies = _text(data.done, "done", TEXT_MAX), _text(data.bodies, "bodies", BODIES_MAX)
    _save(echo, "own_words", "title", "raised", "done", "bodies")
    record(echo.chain, Fact(verb=EDIT), by=by, now=now)
    return echo


def _text(text: str, field: str, most: int) -> str:
    return checked_text(text, field=field, missing=_("这一项要写。"), most=most)


class NoReason(InvalidInput):
    message = gettext_lazy("保留的地方要写明理由，例如：这是单位的公开电话。")


@step
def settle(*, echo: Echo, cover: Iterable[str], keep: Mapping[str, str], by: User, now: datetime) -> Echo:
    """Decide on what was found, by its keys: cover it in all texts, or keep it with a reason.

    Raises NotAllowed, StaleState, NoReason.
    """
    hold_text(echo, by=by)
    if any(not why.strip() for why in keep.values()):
        raise NoReason(field="keep")
    covered, names = set(cover), names_in(echo.matter)
    for field, text in echo.texts().items():
        setattr(echo, field, masked(text, keys=covered, names=names))
    stays = {key: why.strip()[:WHY_MAX] for key, why in keep.items()}
    echo.kept = {**{key: why for key, why in echo.kept.items() if key not in covered}, **stays}
    _save(echo, "title", "raised", "done", "bodies", "kept")
    record(echo.chain, Fact(verb=SETTLE, data={"covered": len(covered), "kept": stays}), by=by, now=now)
    return echo


def _save(echo: Echo, *fields: str) -> None:
    """The row is the caller's: its matter is held, and its version was compared."""
    echo.version += 1
    echo.save(update_fields=[*fields, "version"])


@step
def submit(*, echo: Echo, by: User, now: datetime) -> Echo:
    """提交审核. Raises NotAllowed, WrongState, StaleState, NoConsent, Undecided, Unchecked."""
    hold(echo, "submit_echo", by=by)
    look_through(echo)
    change(echo, "submit_echo", by=by, now=now, submitted_by=by, reason="")
    subject = _("公开稿待审核：%(title)s") % {"title": named(echo)}
    readers = [one for one in staff_of(organisation=echo.matter.street, roles=READERS) if one.pk != by.pk]
    readers = readers or staff_of(organisation=echo.matter.district, roles=(Role.DISTRICT_STAFF,))
    tell(echo, [one for one in readers if one.pk != by.pk], "submit", subject, now=now)
    return echo


@step
def drop(*, echo: Echo, by: User, now: datetime) -> Echo:
    """作废草稿: nobody outside has read it. Raises NotAllowed, WrongState, StaleState."""
    hold(echo, "drop_echo", by=by)
    change(echo, "drop_echo", by=by, now=now)
    return echo
