"""Reading proposals, the opinions in them, and research notes."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from deputies.accounts.models import STREET_ROLES, Role, User
from deputies.accounts.queries import organisations_below
from deputies.roster.models import Deputy, Identity
from liaison.base.phrases import listing
from liaison.base.privacy import deidentified
from opinions.handling.queries import deputies_of
from opinions.matters.models import Matter, MatterQuerySet, Reporter
from opinions.matters.states import OPINION
from opinions.proposals.models import Proposal, ProposalSource, ResearchNote

RAISABLE = (*OPINION["raise"].sources, "proposed")
"""States from which an opinion can go into a draft."""
RELATED = ("lead", "created_by", "organisation")


def proposals_of(matter: Matter) -> list[Proposal]:
    """The proposals into which the matter was raised and not taken out again, the newest first."""
    linked = Proposal.objects.filter(links__matter=matter, links__unlinked_at=None)
    return list(linked.select_related("lead"))


def possible_leads(matter: Matter) -> list[Deputy]:
    """Deputies of the district who can lead a proposal; consultant deputies cannot (X6)."""
    rows = deputies_of(matter.district).filter(identity=Identity.DEPUTY)
    return list(rows.order_by("pinyin", "pk"))


def visible_proposals(user: User) -> QuerySet[Proposal]:
    """Proposals that hold a matter in the user's scope, that the user leads or drafted, or whose keeper is the user's
    body or one below it."""
    links = ProposalSource.objects.filter(matter__in=Matter.objects.visible_to(user).values("pk"), unlinked_at=None)
    own = Q(pk__in=links.values("proposal"))
    if user.role == Role.DEPUTY:
        own |= Q(lead__user=user) | Q(created_by=user)
    elif user.role in STREET_ROLES:
        own |= Q(lead__helper=user)
    below = organisations_below(user)
    rows = Proposal.objects.filter(own | Q(organisation__in=below) if below else own)
    return rows.select_related(*RELATED)


def filtered(rows: QuerySet[Proposal], chosen: Mapping[str, Any]) -> QuerySet[Proposal]:
    """Narrowed by the cleaned values of `FilterForm`."""
    if chosen.get("q"):
        rows = rows.filter(Q(title__icontains=chosen["q"]) | Q(lead__name__icontains=chosen["q"]))
    plain = {
        "status": chosen.get("status"),
        "organisation": chosen.get("organisation"),
        "created_at__date__gte": chosen.get("since"),
        "created_at__date__lte": chosen.get("until"),
    }
    if chosen.get("lead") == "none":
        plain["lead__isnull"] = True
    return rows.filter(**{name: value for name, value in plain.items() if value})


def count_linked(proposals: Iterable[Proposal]) -> None:
    """Set `linked` (opinions) and `people` (residents concerned) of each; two statements for any number."""
    rows = list(proposals)
    links: dict[int, set[int]] = {row.pk: set() for row in rows}
    held = ProposalSource.objects.filter(proposal__in=list(links), unlinked_at=None)
    for proposal, matter in held.values_list("proposal_id", "matter_id"):
        links[proposal].add(matter)
    people = people_concerned({matter for matters in links.values() for matter in matters})
    for row in rows:
        row.linked = len(links[row.pk])  # type: ignore[attr-defined]
        row.people = len({one for matter in links[row.pk] for one in people.get(matter, ())})  # type: ignore[attr-defined]


def people_concerned(matters: Iterable[int]) -> dict[int, set[str]]:
    """Who stands behind each matter and those merged into it. One telephone number is one person; somebody without a
    number is counted for each matter. One statement."""
    ids = list(matters)
    wanted = set(ids)
    behind = Q(matter__in=ids) | Q(matter__merged_into__in=ids)
    rows = Reporter.objects.filter(behind) if ids else Reporter.objects.none()
    found: dict[int, set[str]] = {}
    for key, index, matter, target in rows.values_list("pk", "phone_index", "matter_id", "matter__merged_into_id"):
        for one in (matter, target):
            if one is not None and one in wanted:
                found.setdefault(one, set()).add(index or f"r{key}")
    return found


def links_of(proposal: Proposal, user: User) -> tuple[list[ProposalSource], list[ProposalSource], int]:
    """The live links in the user's scope (each with `people`), those taken back, and how many live ones are not."""
    rows = list(proposal.links.select_related("matter", "linked_by", "unlinked_by").order_by("id"))
    seen = set(
        Matter.objects.visible_to(user).filter(pk__in=[row.matter_id for row in rows]).values_list("pk", flat=True)
    )
    live = [row for row in rows if row.unlinked_at is None]
    people = people_concerned({row.matter_id for row in live})
    for row in live:
        row.people = len(people.get(row.matter_id, ()))  # type: ignore[attr-defined]
    shown = [row for row in live if row.matter_id in seen]
    taken_out = [row for row in rows if row.unlinked_at is not None and row.matter_id in seen]
    return shown, taken_out, len(live) - len(shown)


def visible_notes(user: User) -> QuerySet[ResearchNote]:
    """Research notes of the user's body and those below it, and those that the user wrote or took part in."""
    own = Q(created_by=user)
    if user.role == Role.DEPUTY:
        own |= Q(pk__in=ResearchNote.objects.filter(deputies__user=user).values("pk"))
    below = organisations_below(user)
    rows = ResearchNote.objects.filter(own | Q(organisation__in=below) if below else own)
    return rows.select_related("organisation", "created_by", "proposal")


def notes_of(matter: Matter) -> list[ResearchNote]:
    """Research about the matter, the latest first."""
    return list(matter.research_notes.select_related("organisation"))


def can_be_linked(user: User, proposal: Proposal | None = None) -> MatterQuerySet:
    """Opinions in the user's scope that can go into a draft."""
    rows = Matter.objects.visible_to(user).filter(status__in=RAISABLE)
    if proposal is None:
        return rows
    held = proposal.links.filter(unlinked_at=None).values("matter")
    return rows.exclude(pk__in=held)


def first_words(matters: Iterable[Matter], notes: Iterable[ResearchNote]) -> dict[str, str]:
    """Situation and analysis of a draft, from what residents said and research found; nobody's name or number.

    The matters come with their opinions and prefetched reporters.
    """
    held, looked = list(matters), list(notes)
    names = [reporter.name for matter in held for reporter in matter.reporters.all()]
    said = [deidentified(matter.opinion.content, names=names) for matter in held if hasattr(matter, "opinion")]
    numbered = said if len(said) == 1 else [f"{number}. {text}" for number, text in enumerate(said, 1)]
    found = [f"{_when_and_where(note)}{deidentified(note.findings, names=names)}" for note in looked]
    return {"situation": "\n".join(numbered), "analysis": "\n\n".join(found)}


def _when_and_where(note: ResearchNote) -> str:
    return f"{note.held_on:%Y-%m-%d}，{note.place}：\n"


def participants(note: ResearchNote) -> str:
    """Who took part, in words."""
    staff = [note.staff] if note.staff else []
    return listing([*note.deputies.all(), *note.bodies.all(), *staff])
