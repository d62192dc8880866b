"""Both decisions about one opinion with their reasons, as sentences."""

from typing import Any

from opinions.matters.models import Matter
from opinions.rehearsal.models import Against, Difference, Rehearsal
from opinions.routing.queries import active_set
from opinions.routing.services.replaying import Ground, Replay, pasts, why_then


def sides(rehearsal: Rehearsal, row: Difference) -> tuple[Any, Any]:
    """The reasons before and after, worked out anew by the rules as they are; what happened, as it was kept."""
    ground = Ground()
    (past,) = pasts(Matter.objects.filter(pk=row.matter_id))
    new = Replay(rehearsal.rule_set, ground)
    if rehearsal.against == Against.HAPPENED:
        ground.prepare([past], similar=new.asks_similar)
        return why_then(past.id), new.why(past)
    other = rehearsal.other
    if other is None and rehearsal.rule_set.street_id:
        other = active_set(rehearsal.rule_set.district_id)
    old = Replay(other, ground)
    ground.prepare([past], similar=new.asks_similar or old.asks_similar)
    return old.why(past), new.why(past)
