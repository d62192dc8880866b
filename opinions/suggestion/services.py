"""Proposing categories for matters, keeping what staff made of it, and choosing which model does it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput, StaleState
from liaison.base.nudge import Nudge
from liaison.base.stamps import bump, reading
from opinions.catalog.models import Category
from opinions.catalog.queries import categories
from opinions.matters.models import Matter
from opinions.suggestion.models import LabelMeaning, ModelStatus, Outcome, Suggestion, SuggestionModel
from opinions.suggestion.predictor import Predictor, predictor
from opinions.suggestion.queries import (
    STAMP,
    InUse,
    category_of_label,
    in_use,
    lies_within,
    models_in_use,
    passed_by,
    waiting,
)

name_verbs(
    {
        "suggestion.trained": _("训练出新的建议模型"),
        "suggestion.activated": _("启用建议模型"),
        "suggestion.stopped": _("停用建议模型"),
        "suggestion.threshold": _("调整建议的把握门槛"),
        "suggestion.meaning": _("确定标签对应的类别"),
    }
)
SUGGEST = Nudge("suggestion.suggest_waiting")
BATCH = 500
"""Matters of a district that one run looks at; the next run goes on."""


class NoThreshold(InvalidInput):
    message = _("把握门槛应在 0 到 100 之间。")


class ModelUnusable(DomainError):
    message = _("这个模型的文件缺失或被改动过，不能启用。请重新训练。")


class UnknownLabel(InvalidInput):
    message = _("这个模型没有这个标签。")


def chain_of(district: Organisation) -> str:
    """The ledger's chain for what is decided about a district's models."""
    return f"suggestion:{district.pk}"


def suggest_soon(*, district_id: int) -> None:
    """After the caller's transaction has committed, ask a worker to look at new matters of the district.

    Where no model is in use this is nothing at all; otherwise it costs one look at a copy. It never raises.
    """
    if in_use(district_id) is not None:
        transaction.on_commit(SUGGEST, robust=True)


def suggest_waiting(*, now: datetime) -> int:
    """Look at the matters that no model has looked at, in all districts; returns how many."""
    passed_by().update(outcome=Outcome.IGNORED, decided_at=now)
    with reading():
        return sum(_suggest_in(used, now) for used in models_in_use().values())


def _suggest_in(used: InUse, now: datetime) -> int:
    rows = list(waiting(used.model.district_id).values_list("pk", "category_id", "title", "opinion__content")[:BATCH])
    opened = predictor(used.model) if rows else None
    if opened is None:
        return 0
    made = [_proposal(used, opened, row, now) for row in rows]
    Suggestion.objects.bulk_create(made, batch_size=BATCH, ignore_conflicts=True)
    return len(made)


def _proposal(used: InUse, opened: Predictor, row: Sequence[Any], now: datetime) -> Suggestion:
    """What the model says of one matter; below the threshold, or for a label without a meaning, it abstains."""
    pk, chosen, title, content = row
    proposed = opened.propose(title, content)
    category = used.category_id(proposed.label)
    if category is None or proposed.confidence < used.model.threshold:
        outcome = Outcome.ABSTAINED
    else:
        outcome = Outcome.AGREED if lies_within(chosen, category) else Outcome.OFFERED
    return Suggestion(
        matter_id=pk, model=used.model, label=proposed.label, category_id=category, confidence=proposed.confidence,
        outcome=outcome, at=now,
    )  # fmt: skip


def note_choice(*, matter: Matter, category: Category, by: User, now: datetime) -> Suggestion | None:
    """A person has said what the category is: keep whether that is what was proposed, for the next training.

    The first answer to an open proposal counts, and so does every correction of it. None where nothing was proposed.
    """
    proposal = Suggestion.objects.filter(matter=matter).exclude(outcome=Outcome.ABSTAINED).first()
    if proposal is None:
        return None
    proposal.outcome = Outcome.ACCEPTED if proposal.category_id == category.pk else Outcome.OVERRIDDEN
    proposal.by, proposal.decided_at = by, now
    proposal.save(update_fields=["outcome", "by", "decided_at"])
    return proposal


@transaction.atomic
def register(
    *, district: Organisation, folder: str, meta: dict[str, Any], by: User | None, now: datetime
) -> SuggestionModel:
    """Note a trained model as a candidate. The same model trained again is the row that is there already.

    Labels that are a category's code or name get their meaning at once; what staff have set stays.
    """
    known = SuggestionModel.objects.filter(district=district, checksum=meta["checksum"]).first()
    if known is not None:
        return known
    Organisation.objects.select_for_update().get(pk=district.pk)  # one number each, also for two trainings at once
    last = SuggestionModel.objects.filter(district=district).aggregate(last=Max("version"))["last"] or 0
    made = SuggestionModel.objects.create(
        district=district, version=last + 1, folder=folder, checksum=meta["checksum"], threshold=meta["threshold"],
        source=meta["source"][:120], rows=meta["rows"], labels=meta["labels"], figures=meta["figures"], created_at=now,
        created_by=by,
    )  # fmt: skip
    _give_meanings(district, meta["labels"])
    _record(made, "suggestion.trained", by, now, rows=made.rows)
    return made


def _give_meanings(district: Organisation, labels: Sequence[str]) -> None:
    held = categories()
    rows = [LabelMeaning(district=district, label=label, category=category_of_label(label, held)) for label in labels]
    LabelMeaning.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def activate(*, model: SuggestionModel, by: User, now: datetime) -> None:
    """Use this model from now on; the one before is retired and can be activated again.

    Raises NotAllowed, ModelUnusable.
    """
    check(by, Permission.SUGGESTION_EDIT, model)
    if predictor(model) is None:
        raise ModelUnusable
    used = SuggestionModel.objects.filter(district=model.district, status=ModelStatus.ACTIVE)
    used.exclude(pk=model.pk).update(status=ModelStatus.RETIRED)
    changed = SuggestionModel.objects.filter(pk=model.pk).exclude(status=ModelStatus.ACTIVE)
    if changed.update(status=ModelStatus.ACTIVE, activated_at=now):
        bump(STAMP)
        _record(model, "suggestion.activated", by, now)
        transaction.on_commit(SUGGEST, robust=True)


@transaction.atomic
def stop(*, model: SuggestionModel, by: User, now: datetime) -> None:
    """Propose nothing any more. Raises NotAllowed, StaleState."""
    check(by, Permission.SUGGESTION_EDIT, model)
    used = SuggestionModel.objects.filter(pk=model.pk, status=ModelStatus.ACTIVE)
    if not used.update(status=ModelStatus.RETIRED):
        raise StaleState
    bump(STAMP)
    _record(model, "suggestion.stopped", by, now)


@transaction.atomic
def set_threshold(*, model: SuggestionModel, threshold: float, by: User, now: datetime) -> None:
    """Propose only what is at least this sure, a share of 1. Raises NotAllowed, NoThreshold."""
    check(by, Permission.SUGGESTION_EDIT, model)
    if not 0 <= threshold <= 1:
        raise NoThreshold(field="threshold")
    before, model.threshold = model.threshold, threshold
    model.save(update_fields=["threshold"])
    bump(STAMP)
    _record(model, "suggestion.threshold", by, now, before=round(before, 3), after=round(threshold, 3))


@transaction.atomic
def set_meaning(*, model: SuggestionModel, label: str, category: Category | None, by: User, now: datetime) -> None:
    """Say which category a label means in the model's district, if any. Raises NotAllowed, UnknownLabel."""
    check(by, Permission.SUGGESTION_EDIT, model)
    if label not in model.labels:
        raise UnknownLabel
    meaning, _new = LabelMeaning.objects.get_or_create(district=model.district, label=label)
    if meaning.category != category:
        meaning.category = category
        meaning.save(update_fields=["category"])
        bump(STAMP)
        _record(model, "suggestion.meaning", by, now, label=label, category=str(category or ""))


def _record(model: SuggestionModel, verb: str, by: User | None, now: datetime, **data: Any) -> None:
    with override(settings.LANGUAGE_CODE):
        told = {"version": model.version, **data}
        record(chain_of(model.district), Fact(verb=verb, data=told), by=by, now=now)
