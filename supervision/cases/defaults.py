"""What supervision begins with in a new district (settings: DEFAULTS; run by `load_defaults`)."""

from datetime import datetime

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from supervision.escalation.services import load_default_ladder
from supervision.quality.services import load_checklist


def load(*, district: Organisation, by: User | None, now: datetime) -> dict[str, int]:
    """The ladder of a district without any, and missing items of the checklist; how many of each were added."""
    return {"rungs": load_default_ladder(district=district, by=by, now=now), "checklist items": load_checklist()}
