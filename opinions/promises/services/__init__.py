"""Writing: every verb of a promise, one function each. Other capabilities import from here.

That a missed promise reopens its matter is handling's part (ADR 0017).
"""

from opinions.promises.services.common import MeantEarlier, arm
from opinions.promises.services.hearing import Heard, NotYours, SaidOtherwise, TooEarly, hear
from opinions.promises.services.judging import keep, miss, move, refuse_move, reopen, withdraw
from opinions.promises.services.making import make_promises, move_promises
from opinions.promises.services.putting import put_before
from opinions.promises.services.reporting import ask_move, report_done
from opinions.promises.services.rewarning import rewarn

__all__ = [
    "Heard",
    "MeantEarlier",
    "NotYours",
    "SaidOtherwise",
    "TooEarly",
    "arm",
    "ask_move",
    "hear",
    "keep",
    "make_promises",
    "miss",
    "move",
    "move_promises",
    "put_before",
    "refuse_move",
    "reopen",
    "report_done",
    "rewarn",
    "withdraw",
]
