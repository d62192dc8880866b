"""Registers the reference data of all capabilities of this floor."""

import deputies.organisations.admin
import deputies.roster.admin  # noqa: F401
