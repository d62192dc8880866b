"""Writing the text: begun from what the matter knows, changed, what was found in it decided, submitted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from deputies.accounts.access import Permission, check
from deputies.accounts.models import Role, User
from liaison.base.audit.services import Fact, record
from liaison.base.codes import new_plaque_code
from liaison.base.errors import InvalidInput
from liaison.base.step import step
from opinions.echo.access import may_begin, without_part
from opinions.echo.masking import masked, shortened, undecided
from opinions.echo.models import Echo, EchoPhoto
from opinions.echo.queries import answer_of, bodies_of, consents, may_show, names_in, problem_of, under_way
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
from opinions.echo.services.picturing import leave_out
from opinions.echo.states import EDIT, SETTLE, EchoStatus
from opinions.intake.models import Opinion
from opinions.matters.models import Matter
from opinions.matters.services import checked_text, hold_row, staff_of

TITLE_MAX, TEXT_MAX, BODIES_MAX, WHY_MAX = 60, 600, 200, 100
MOST = {"title": TITLE_MAX, "raised": TEXT_MAX, "done": TEXT_MAX, "bodies": BODIES_MAX}
"""Characters of each text."""
FIELDS = {
    "title": gettext_lazy("标题"), "raised": gettext_lazy("群众反映"), "done": gettext_lazy("办了什么"),
    "bodies": gettext_lazy("谁办的"),
}  # fmt: skip
"""What each text is called."""
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
    if not may_begin(matter):
        raise NotYet
    former = list(Echo.objects.filter(matter=matter).order_by("-number", "-id"))
    public = next((one for one in former if one.status == EchoStatus.PUBLISHED), None)
    echo = _first(matter, former, public, by=by, now=now)
    echo.save(force_insert=True)
    if public is not None:
        _carry_pictures(public, echo)
    data = {"echo": echo.code, "edition": echo.number}
    record(echo.chain, Fact(verb="draft_echo", target=echo.status, data=data), by=by, now=now, first=True)
    tell_history(echo, "draft_echo", by=by, now=now)
    return echo


def _first(matter: Matter, former: list[Echo], public: Echo | None, *, by: User, now: datetime) -> Echo:
    """The next edition: as the `public` one stands, and begun anew where nothing is public."""
    own = consents(matter)
    same = public if public is not None and public.own_words == own else None
    return Echo(
        code=former[0].code if former else new_plaque_code(), number=former[0].number + 1 if former else 1,
        matter=matter, own_words=own, area=matter.street.division, category=matter.category, drafted_by=by,
        drafted_at=now, kept=same.kept if same else {}, published_at=public.published_at if public else None,
        **(same.texts() if same else _gathered(matter, own=own)),
    )  # fmt: skip


def _gathered(matter: Matter, *, own: bool) -> dict[str, str]:
    """What the matter knows, as it stands: what is found in it is decided by somebody."""
    answer, content = answer_of(matter), Opinion.objects.values_list("content", flat=True).get(pk=matter.pk)
    texts = {
        "title": problem_of(matter) if own else plain_title(matter),
        "raised": content if own else plain_words(matter),
        "done": answer.text if answer else "",
        "bodies": "、".join(bodies_of(matter)),
    }
    names = names_in(matter)
    return {field: shortened(text, MOST[field], names=names) for field, text in texts.items()}


def plain_title(matter: Matter) -> str:
    """A title that owes nothing to the resident's words. It is stored, thus in the language of all."""
    with override(settings.LANGUAGE_CODE):
        return _("%(area)s：%(category)s") % _about(matter)


def plain_words(matter: Matter) -> str:
    """The one sentence that may be told without consent, in the language of all."""
    with override(settings.LANGUAGE_CODE):
        return _("有居民反映%(area)s的%(category)s问题。居民没有同意公开原话，这里只说类别。") % _about(matter)


def _about(matter: Matter) -> dict[str, str]:
    category = matter.category.name if matter.category else _("其他")
    return {"area": matter.street.division.name, "category": category}


def _carry_pictures(before: Echo, echo: Echo) -> None:
    """The copies of the edition before, as far as they may still be shown; who looked at them stands with them."""
    EchoPhoto.objects.bulk_create(
        EchoPhoto(
            echo=echo, source=one.source, moment=one.moment, stored=one.stored, card=one.card, width=one.width,
            height=one.height, boxes=one.boxes, checked_by=one.checked_by, checked_at=one.checked_at,
        )
        for one in before.photos.select_related("source", "stored", "card", "checked_by").order_by("id")
        if may_show(one.source, echo.matter, own=echo.own_words)
    )  # fmt: skip


@step
def edit(*, echo: Echo, data: DraftData, by: User, now: datetime) -> Echo:
    """Change the text. What is kept with a reason stays so as long as the same words stand there. Where the consent is
    gone, the resident's pictures go.

    Raises NotAllowed, StaleState, InvalidInput.
    """
    hold_text(echo, by=by)
    echo.own_words = echo.own_words and consents(echo.matter)
    echo.title = _text(data.title, "title", TITLE_MAX) if echo.own_words else plain_title(echo.matter)
    echo.raised = _text(data.raised, "raised", TEXT_MAX) if echo.own_words else plain_words(echo.matter)
    echo.done, echo.bodies = _text(data.done, "done", TEXT_MAX), _text(data.bodies, "bodies", BODIES_MAX)
    _save(echo, "own_words", "title", "raised", "done", "bodies")
    photos = echo.photos.select_related("source", "stored", "card")
    leave_out(one for one in photos if not may_show(one.source, echo.matter, own=echo.own_words))
    record(echo.chain, Fact(verb=EDIT), by=by, now=now)
    return echo


def _text(text: str, field: str, most: int) -> str:
    return checked_text(text, field=field, missing=_("这一项要写。"), most=most)


class NoReason(InvalidInput):
    message = gettext_lazy("保留的地方要写明理由，例如：这是单位的公开电话。")


@step
def settle(*, echo: Echo, cover: Iterable[str], keep: Mapping[str, str], by: User, now: datetime) -> Echo:
    """Decide on what is found now, by its keys: cover it in all texts, or keep it with a reason. The ledger, in which
    nothing is ever deleted, hears how many of which kind, and never the words.

    Raises NotAllowed, StaleState, NoReason, InvalidInput (a mask can be longer than what it hides).
    """
    hold_text(echo, by=by)
    names = names_in(echo.matter)
    found = undecided(echo.texts(), {}, names=names)
    covered, stays = found.keys() & set(cover), {key: keep[key].strip()[:WHY_MAX] for key in found if key in keep}
    if not all(stays.values()):
        raise NoReason(field="keep")
    with override(settings.LANGUAGE_CODE):
        texts = {name: masked(text, keys=covered, names=names) for name, text in echo.texts().items()}
    for name, text in texts.items():
        if len(text) > MOST[name]:
            told = {"field": FIELDS[name], "most": MOST[name]}
            raise InvalidInput(_("遮盖以后“%(field)s”超过 %(most)d 个字，请先改短。") % told, field=name)
        setattr(echo, name, text)
    echo.kept = {**{key: why for key, why in echo.kept.items() if key not in covered}, **stays}
    _save(echo, "title", "raised", "done", "bodies", "kept")
    counts = {"covered": _kinds(covered), "kept": _kinds(stays)}
    record(echo.chain, Fact(verb=SETTLE, data=counts), by=by, now=now)
    return echo


def _kinds(keys: Iterable[str]) -> dict[str, int]:
    """How many of these finds there are of each kind."""
    return dict(Counter(key.partition(":")[0] for key in sorted(keys)))


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
    street = staff_of(organisation=echo.matter.street, roles=READERS)
    district = staff_of(organisation=echo.matter.district, roles=(Role.DISTRICT_STAFF,))
    readers = without_part(street, echo) or without_part(district, echo)
    tell(echo, readers, "submit", subject, now=now)
    return echo


@step
def drop(*, echo: Echo, by: User, now: datetime) -> Echo:
    """作废草稿: nobody outside has read it. Raises NotAllowed, WrongState, StaleState."""
    hold(echo, "drop_echo", by=by)
    change(echo, "drop_echo", by=by, now=now)
    return echo
