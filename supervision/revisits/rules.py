"""What does not fit together: a call-back with rating and reply; ratings among themselves. Pure; no verdicts."""

import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from liaison.base.draws import digest
from opinions.evaluation.models import Solved
from opinions.matters.models import ReplyClass, Satisfaction
from supervision.revisits.models import FlagKind

MINUTE = timedelta(minutes=1)
BURST = 3
"""Ratings of one body within a minute that are worth a look."""
RESIDENTS = 3
"""Residents behind one address, or with the same words, that are worth a look."""
TOO_SOON = timedelta(seconds=30)
"""Nobody reads a reply and rates it in less."""
SHORTEST = 6
"""Shorter words (谢谢, 很好) are everybody's."""
PLEASED = (Satisfaction.SATISFIED, Satisfaction.MOSTLY)


def contradictions(
    *, satisfied: str, solved: str, rated: str = "", rated_solved: str = "", reply_class: str = ""
) -> list[FlagKind]:
    """What speaks against rating or reply in what was heard: only a worse word flags, and silence none."""
    found = []
    if rated in PLEASED and satisfied == Satisfaction.UNSATISFIED:
        found.append(FlagKind.SATISFACTION)
    if rated_solved in (Solved.YES, Solved.PARTLY) and solved == Solved.NO:
        found.append(FlagKind.SOLVED)
    if reply_class == ReplyClass.SOLVED and solved == Solved.NO:
        found.append(FlagKind.CLASS)
    return found


class AnomalyKind(models.TextChoices):
    BURST = "burst", _("一分钟内集中评价")
    DEVICE = "device", _("多名群众同一地址评价")
    OWN = "own", _("在承办单位的地址评价")
    SOON = "soon", _("答复后几秒内评价")
    WORDS = "words", _("评语完全相同")

    @property
    def definition(self) -> object:
        """What is counted, in a sentence."""
        return _DEFINITIONS[self.value]


_DEFINITIONS = {
    "burst": _("同一单位（代表）的 3 个以上评价在 60 秒内提交。"),
    "device": _("3 名以上群众的评价来自同一个网络地址；公共网络也会这样。"),
    "own": _("评价的网络地址，与答复单位的人员半年内登录过的地址相同。"),
    "soon": _("答复发出后 30 秒内提交评价。"),
    "words": _("3 名以上群众的评语除标点外一字不差，且不少于 6 个字。"),
}


@dataclass(frozen=True, kw_only=True)
class Word:
    """A rating as the rules see it. `writer` is the body or the deputy who replied, `resident` who rated."""

    id: int
    at: datetime
    resident: Hashable
    writer: str = ""
    client_hash: str = ""
    comment: str = ""
    replied_at: datetime | None = None
    own_hashes: Collection[str] = ()
    """Addresses from which the people of the writer signed in."""


@dataclass(frozen=True)
class Anomaly:
    """Ratings that are worth a look together. `key` stays the same until more ratings join."""

    kind: AnomalyKind
    group: str
    words: Sequence[Word]

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.group[:64]}:{max(word.id for word in self.words)}"


def anomalies(words: Sequence[Word]) -> list[Anomaly]:
    """All that stands out, by kind."""
    return [one for rule in (_bursts, _devices, _own_addresses, _too_soon, _same_words) for one in rule(words)]


def _grouped(words: Iterable[Word], of: Callable[[Word], str]) -> Iterator[tuple[str, list[Word]]]:
    """The words by what they share, each group in order of time; what is empty is shared by nobody."""
    groups: dict[str, list[Word]] = {}
    for word in sorted(words, key=lambda one: (one.at, one.id)):
        if shared := of(word):
            groups.setdefault(shared, []).append(word)
    yield from groups.items()


def _bursts(words: Sequence[Word]) -> Iterator[Anomaly]:
    for writer, held in _grouped(words, lambda word: word.writer):
        run: list[Word] = []
        for word in held:
            if run and word.at - run[0].at > MINUTE:
                if len(run) >= BURST:
                    yield Anomaly(AnomalyKind.BURST, writer, run)
                    run = []
                else:
                    run = [one for one in run if word.at - one.at <= MINUTE]
            run.append(word)
        if len(run) >= BURST:
            yield Anomaly(AnomalyKind.BURST, writer, run)


def _devices(words: Sequence[Word]) -> Iterator[Anomaly]:
    for address, held in _grouped(words, lambda word: word.client_hash):
        if len({word.resident for word in held}) >= RESIDENTS:
            yield Anomaly(AnomalyKind.DEVICE, address[:24], held)


def _own_addresses(words: Sequence[Word]) -> Iterator[Anomaly]:
    own = [word for word in words if word.client_hash and word.client_hash in word.own_hashes]
    for writer, held in _grouped(own, lambda word: word.writer):
        yield Anomaly(AnomalyKind.OWN, writer, held)


def _too_soon(words: Sequence[Word]) -> Iterator[Anomaly]:
    soon = [word for word in words if word.replied_at and timedelta(0) <= word.at - word.replied_at <= TOO_SOON]
    for writer, held in _grouped(soon, lambda word: word.writer):
        yield Anomaly(AnomalyKind.SOON, writer, held)


def _same_words(words: Sequence[Word]) -> Iterator[Anomaly]:
    for comment, held in _grouped(words, lambda word: bare(word.comment)):
        if len({word.resident for word in held}) >= RESIDENTS:
            yield Anomaly(AnomalyKind.WORDS, digest([comment])[:24], held)


def bare(comment: str) -> str:
    """A comment without punctuation; empty when too short to be anybody's own."""
    text = re.sub(r"[\W_]+", "", comment)
    return text if len(text) >= SHORTEST else ""
