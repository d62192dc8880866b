"""Writing proposals and the research they rest on. Other capabilities import from here."""

from opinions.proposals.services.drafting import (
    TITLE_MAX,
    draft_proposal,
    edit_proposal,
    link_matter,
    may_propose,
    raise_to_proposal,
    unlink_matter,
)
from opinions.proposals.services.research import NoteContent, change_note, write_note
from opinions.proposals.services.results import answer_proposal

__all__ = [
    "TITLE_MAX", "NoteContent", "answer_proposal", "change_note", "draft_proposal", "edit_proposal", "link_matter",
    "may_propose", "raise_to_proposal", "unlink_matter", "write_note",
]  # fmt: skip
