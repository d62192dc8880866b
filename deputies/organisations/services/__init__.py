"""Writing the map: editing single nodes, importing official lists."""

from deputies.organisations.services.division_import import DivisionList, import_divisions, read_divisions
from deputies.organisations.services.editing import (
    BadCode,
    BadParent,
    BadSuccessor,
    CodeTaken,
    StillNeeded,
    chain_of,
    check_parent,
    close_organisation,
    create_division,
    create_organisation,
    division_chain,
    merge_organisation,
)

__all__ = [
    "BadCode",
    "BadParent",
    "BadSuccessor",
    "CodeTaken",
    "DivisionList",
    "StillNeeded",
    "chain_of",
    "check_parent",
    "close_organisation",
    "create_division",
    "create_organisation",
    "division_chain",
    "import_divisions",
    "merge_organisation",
    "read_divisions",
]
