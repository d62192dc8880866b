"""What the ladder does: fire, tell, take back, keep what was done about it, and be kept itself."""

from supervision.escalation.services.acting import NotStanding, acknowledge
from supervision.escalation.services.firing import Fired, Planned, fire_due, plan_firing
from supervision.escalation.services.ladder import load_default_ladder, own_ladder, save_rung
from supervision.escalation.services.marks import fire_marks, marks_due, plan_marks
from supervision.escalation.services.taking_back import plan_taking_back, take_back
from supervision.escalation.services.telling import tell_due, tellable

__all__ = [
    "Fired",
    "NotStanding",
    "Planned",
    "acknowledge",
    "fire_due",
    "fire_marks",
    "load_default_ladder",
    "marks_due",
    "own_ladder",
    "plan_firing",
    "plan_marks",
    "plan_taking_back",
    "save_rung",
    "take_back",
    "tell_due",
    "tellable",
]
