"""Writing: deputies come, change, pause and leave. Other capabilities import from here."""

from deputies.roster.services.deputies import (
    CertificateTaken,
    Details,
    HasAccount,
    add_deputy,
    change_deputy,
    check_details,
    create_deputy,
    differences,
    pair,
    replace_code,
    replace_photo,
    save_chat_group,
    set_consent,
    set_photo,
    stored_photo,
    update_deputy,
)
from deputies.roster.services.moving import move_roster
from deputies.roster.services.office import end_due_terms, end_office, end_term, renew, resume, suspend

__all__ = [
    "CertificateTaken",
    "Details",
    "HasAccount",
    "add_deputy",
    "change_deputy",
    "check_details",
    "create_deputy",
    "differences",
    "end_due_terms",
    "end_office",
    "end_term",
    "move_roster",
    "pair",
    "renew",
    "replace_code",
    "replace_photo",
    "resume",
    "save_chat_group",
    "set_consent",
    "set_photo",
    "stored_photo",
    "suspend",
    "update_deputy",
]
