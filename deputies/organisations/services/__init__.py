"""Writing the map: editing single nodes, importing official lists."""

from deputies.organisations.codes import official_code
from deputies.organisations.services.division_import import DivisionList, import_divisions, pack, read_divisions, unpack
from deputies.organisations.services.editing import (
    BadCode,
    BadParent,
    BadSuccessor,
    CodeTaken,
    PlaceStillNeeded,
    StillNeeded,
    chain_of,
    check_closing,
    check_parent,
    close_division,
    close_organisation,
    create_division,
    create_organisation,
    division_chain,
    merge_organisation,
    rename_division,
    rename_organisation,
)

__all__ = [
    "BadCode",
    "BadParent",
    "BadSuccessor",
    "CodeTaken",
    "DivisionList",
    "PlaceStillNeeded",
    "StillNeeded",
    "chain_of",
    "check_closing",
    "check_parent",
    "close_division",
    "close_organisation",
    "create_division",
    "create_organisation",
    "division_chain",
    "import_divisions",
    "merge_organisation",
    "official_code",
    "pack",
    "read_divisions",
    "rename_division",
    "rename_organisation",
    "unpack",
]
