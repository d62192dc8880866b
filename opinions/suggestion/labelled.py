"""Labelled messages to learn from: read from a table, looked through for what makes learning pointless. No database."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaison.base.errors import InvalidInput
from liaison.base.imports import Table
from liaison.base.phrases import listing
from opinions.suggestion.words import fingerprint

COLUMNS = ("title", "text", "label")
LEAST_PER_LABEL = 10
"""Messages that a label needs: fewer teach nothing, and nobody could say how well it is told."""
LEAST_LABELS, MOST_LABELS = 2, 100
LONGEST_LABEL = 60
MOST_NAMED = 5
"""How many examples of a fault are named."""


class NotTrainable(InvalidInput):
    """There is nothing that a model could learn from."""

    message = gettext_lazy("没有可以用来训练的数据。")


@dataclass(frozen=True, order=True)
class Labelled:
    """One message with the label that a person gave it."""

    title: str
    text: str
    label: str


@dataclass(frozen=True)
class Material:
    """What is learned from, in a fixed order whatever the order of the source, and what was left out."""

    rows: Sequence[Labelled]
    mixed: Sequence[str] = ()
    """Messages that occur with several labels, each in a sentence."""
    copies: int = 0
    unlabelled: int = 0
    sizes: Counter[str] = field(default_factory=Counter)
    """Messages by label."""
    too_few: Sequence[str] = ()
    """Labels that were left out for having too few messages."""


def rows_of(table: Table) -> list[Labelled]:
    """The rows of a table with the columns title, text and label. Raises NotTrainable."""
    heads = {name.strip().lower(): name for name in table.columns}
    missing = [name for name in COLUMNS if name not in heads and name != "title"]
    if missing:
        told = {"missing": listing(missing), "found": listing([name for name in table.columns if name][:MOST_NAMED])}
        raise NotTrainable(_("缺少列：%(missing)s。表头应为 title、text、label，现在是：%(found)s。") % told)
    title, text, label = (heads.get(name, "") for name in COLUMNS)
    return [Labelled(row[title], row[text], row[label].strip()) for row in table.rows]


def material_of(rows: Iterable[Labelled], *, least: int = LEAST_PER_LABEL, leave_out_few: bool = False) -> Material:
    """Put rows in order and leave out what teaches nothing: no label or text, copies, one text with several labels.

    Of a message with several labels the more frequent one counts; where they are as many, none does. Raises
    NotTrainable for nothing, for one label only, and for a label with fewer than `least` messages; with `leave_out_few`
    such labels are left out instead, since a place cannot choose how often something is raised.
    """
    given = sorted(rows)
    usable = [row for row in given if row.label and (row.title or row.text)]
    kept, mixed = _one_label_each(usable)
    sizes = Counter(row.label for row in kept)
    few = sorted(label for label, size in sizes.items() if size < least) if leave_out_few else []
    copies, unlabelled = len(usable) - len(kept), len(given) - len(usable)
    sizes = Counter({label: size for label, size in sizes.items() if label not in few})
    found = Material([row for row in kept if row.label in sizes], mixed, copies, unlabelled, sizes, few)
    _check(found, least)
    return found


def _one_label_each(rows: Sequence[Labelled]) -> tuple[list[Labelled], list[str]]:
    alike: dict[str, list[Labelled]] = defaultdict(list)
    for row in rows:
        alike[fingerprint(row.title, row.text)].append(row)
    kept, mixed = [], []
    for same in alike.values():
        (label, most), *others = Counter(row.label for row in same).most_common()
        tied = bool(others) and others[0][1] == most
        if others:
            mixed.append(_mixed_sentence(same[0], [label, *(name for name, _n in others)], "" if tied else label))
        if not tied:
            kept.append(replace(same[0], label=label))
    return kept, mixed


def _mixed_sentence(row: Labelled, labels: Sequence[str], taken: str) -> str:
    words = {"title": (row.title or row.text)[:20], "labels": listing(labels), "taken": taken}
    if taken:
        return _("“%(title)s”标了几种类别：%(labels)s；按多数取“%(taken)s”。") % words
    return _("“%(title)s”标了几种类别：%(labels)s，且一样多；没有采用。") % words


def _check(found: Material, least: int) -> None:
    """Raise NotTrainable with the sentence that says why."""
    sizes = found.sizes
    if len(sizes) < LEAST_LABELS and found.too_few:
        words = {"least": least, "labels": listing(found.too_few[:MOST_NAMED])}
        raise NotTrainable(_("至少要有两个类别各有 %(least)d 条才能训练；还不够的有：%(labels)s 等。") % words)
    if not sizes and found.mixed:
        words = {"count": len(found.mixed), "example": found.mixed[0]}
        raise NotTrainable(_("%(count)d 段文字都标了不止一种类别，没有一段能用。例如%(example)s") % words)
    if not sizes:
        raise NotTrainable(_("没有一行既有文字又有类别，无法训练。"))
    if len(sizes) == 1:
        words = {"label": next(iter(sizes)), "rows": len(found.rows)}
        raise NotTrainable(_("全部 %(rows)d 条都是“%(label)s”这一个类别，至少要有两个类别才能训练。") % words)
    if len(sizes) > MOST_LABELS or max(map(len, sizes)) > LONGEST_LABEL:
        raise NotTrainable(
            _("类别有 %(count)d 种，最多 %(most)d 种，每个不超过 %(long)d 个字；请检查 label 列是不是选错了。")
            % {"count": len(sizes), "most": MOST_LABELS, "long": LONGEST_LABEL}
        )
    few = sorted((size, label) for label, size in sizes.items() if size < least)
    if few:
        named = listing([f"{label}（{size}）" for size, label in few[:MOST_NAMED]])
        raise NotTrainable(
            _("这些类别不足 %(least)d 条，请补充或并入别的类别：%(labels)s。") % {"least": least, "labels": named}
        )
