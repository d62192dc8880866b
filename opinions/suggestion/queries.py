"""Which model a district uses, which matters wait for it, and what there is to learn from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from deputies.organisations.models import Organisation
from liaison.base.stamps import cached
from opinions.catalog.models import Category
from opinions.catalog.queries import category_tree
from opinions.matters.models import Matter, MatterQuerySet, Reporter
from opinions.matters.states import MatterKind, Status
from opinions.suggestion.labelled import Labelled
from opinions.suggestion.models import DECIDED, LabelMeaning, ModelStatus, Outcome, Suggestion, SuggestionModel

STAMP = "suggestion"
"""Services that change which model is used, its threshold, or what a label means bump this stamp."""
UNDECIDED = (Status.SUBMITTED, Status.TAKEN, Status.WAITING, Status.RETURNED, Status.REWORK)
"""While nobody is handling a matter its category may still change where it goes."""
MOST_ROWS = 50_000
"""Newest matters that a model learns from."""
_CHUNK = 1_000
SUGGESTION = "suggestion"
"""Load it with a matter whose page tells of its suggestion: no statement more."""


@dataclass(frozen=True)
class InUse:
    """The model that a district uses, and the category that each of its labels means there."""

    model: SuggestionModel
    meanings: dict[str, int]

    def category_id(self, label: str) -> int | None:
        return self.meanings.get(label)


def in_use(district_id: int) -> InUse | None:
    """The active model of a district; None where there is none, which is the ordinary case at first."""
    return models_in_use().get(district_id)


def models_in_use() -> dict[int, InUse]:
    """The active model of every district that has one; a copy per process, renewed by stamp."""
    return cached(STAMP, _load_in_use, part="in_use")


def _load_in_use() -> dict[int, InUse]:
    active = list(SuggestionModel.objects.filter(status=ModelStatus.ACTIVE))
    meanings: dict[int, dict[str, int]] = {model.district_id: {} for model in active}
    held = LabelMeaning.objects.filter(district__in=meanings, category__active=True)
    for district, label, category in held.values_list("district_id", "label", "category_id"):
        meanings[district][label] = category
    return {model.district_id: InUse(model, meanings[model.district_id]) for model in active}


def waiting(district_id: int) -> MatterQuerySet:
    """Opinions that nobody handles yet and that no model has looked at, newest first."""
    rows = Matter.objects.filter(district=district_id, kind=MatterKind.OPINION, status__in=UNDECIDED)
    return rows.filter(suggestion__isnull=True, opinion__isnull=False).order_by("-id")


def offered(matter: Matter) -> Suggestion | None:
    """The proposal that waits for a person's word, of a matter loaded with `SUGGESTION` and still open to it."""
    held: Suggestion | None = getattr(matter, "suggestion", None)
    if held is None or not held.is_offered:
        return None
    held.category = category_tree().get(held.category_id or 0)
    if held.category is None or not held.category.active:
        return None
    return held if matter.status in UNDECIDED and held.category_id != matter.category_id else None


def passed_by() -> QuerySet[Suggestion]:
    """Proposals that nobody answered before the matter went on."""
    return Suggestion.objects.filter(outcome=Outcome.OFFERED).exclude(matter__status__in=UNDECIDED)


def learned_from(district: Organisation) -> QuerySet[Matter]:
    """Matters whose category a person stands by, newest first: closed under it, or a proposal answered with it."""
    decided = Q(status=Status.CLOSED) | Q(suggestion__outcome__in=DECIDED)
    rows = Matter.objects.filter(decided, district=district, kind=MatterKind.OPINION)
    return rows.filter(category__isnull=False, opinion__isnull=False).order_by("-id")


def labelled_rows(district: Organisation) -> Iterator[Labelled]:
    """What the district's own matters teach: the label is the category's code. Residents' names are taken out."""
    rows = learned_from(district).values_list("pk", "title", "opinion__content", "category__code")
    chunk: list[tuple[Any, ...]] = []
    for row in rows[:MOST_ROWS].iterator(chunk_size=_CHUNK):
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield from _without_names(chunk)
            chunk = []
    yield from _without_names(chunk)


def _without_names(chunk: list[tuple[Any, ...]]) -> Iterator[Labelled]:
    names: dict[int, list[str]] = {}
    held = Reporter.objects.filter(matter__in=[row[0] for row in chunk]).only("matter_id", "name")
    for reporter in held:
        if len(reporter.name) > 1:
            names.setdefault(reporter.matter_id, []).append(reporter.name)
    for pk, headline, content, label in chunk:
        plain = f"{headline}\x00{content}"
        for name in names.get(pk, ()):
            plain = plain.replace(name, " ")
        title, _mark, text = plain.partition("\x00")
        yield Labelled(title, text, label)


def versions(district: Organisation) -> QuerySet[SuggestionModel]:
    """The district's models, newest first, each with what became of its proposals."""
    told = {
        name.value: Count("suggestions", filter=Q(suggestions__outcome=name))
        for name in (Outcome.ACCEPTED, Outcome.AGREED, Outcome.OVERRIDDEN)
    }
    rows = SuggestionModel.objects.filter(district=district).select_related("created_by")
    return rows.annotate(**told).order_by("-version", "-id")


def meanings_of(district: Organisation, labels: list[str]) -> list[LabelMeaning]:
    """What each of `labels` means in the district; those that mean nothing yet come first."""
    held = LabelMeaning.objects.filter(district=district, label__in=labels).select_related("category")
    return sorted(held, key=lambda one: (one.category_id is not None, one.label))


def lies_within(category_id: int | None, wider_id: int) -> bool:
    """Whether a category is the other one or stands below it: then a proposal of the wider one says nothing new."""
    held = category_tree()
    one = held.get(category_id or 0)
    while one is not None and one.pk != wider_id:
        one = one.parent
    return one is not None


def category_of_label(label: str, categories: list[Category]) -> Category | None:
    """The category that bears the label as its code or its name."""
    return next((one for one in categories if label in (one.code, one.name)), None)
