"""Writing clocks. Other capabilities import from here."""

from opinions.clocks.queries import RESIDENTS, WINDOWS
from opinions.clocks.services.named import keep_day, warn_day
from opinions.clocks.services.recompute import RECOMPUTE, RECOMPUTED, behind, follow_calendar, preview, recompute_open
from opinions.clocks.services.running import (
    NAMED_DAYS,
    AlreadyExtended,
    OwnLimit,
    build_clock,
    due_values,
    extend_clock,
    lead_due,
    pause_clocks,
    refresh_due,
    restart_clocks,
    resume_clocks,
    resume_clocks_of,
    set_co_limit,
    start_clock,
    start_clocks,
    stop_clocks,
    stop_clocks_of,
)

__all__ = [
    "NAMED_DAYS",
    "RECOMPUTE",
    "RECOMPUTED",
    "RESIDENTS",
    "WINDOWS",
    "AlreadyExtended",
    "OwnLimit",
    "behind",
    "build_clock",
    "due_values",
    "extend_clock",
    "follow_calendar",
    "keep_day",
    "lead_due",
    "pause_clocks",
    "preview",
    "recompute_open",
    "refresh_due",
    "restart_clocks",
    "resume_clocks",
    "resume_clocks_of",
    "set_co_limit",
    "start_clock",
    "start_clocks",
    "stop_clocks",
    "stop_clocks_of",
    "warn_day",
]
