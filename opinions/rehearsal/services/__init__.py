"""Writes of rehearsal: replaying versions, activating at a set time, going back."""

from opinions.rehearsal.services.activating import TooSoon, call_off, due_activations, fire, plan_activation, roll_back
from opinions.rehearsal.services.performing import Cancelled, NotOpen, Overtaken, cancel, perform, purge
from opinions.rehearsal.services.starting import KIND, Request, begin, start

__all__ = [
    "KIND", "Cancelled", "NotOpen", "Overtaken", "Request", "TooSoon", "begin", "call_off", "cancel",
    "due_activations", "fire", "perform", "plan_activation", "purge", "roll_back", "start",
]  # fmt: skip
