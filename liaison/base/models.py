"""Models of the ground floor, for Django's registry."""

from liaison.base.audit.models import Event
from liaison.base.files.models import StoredFile
from liaison.base.jobs.models import Job
from liaison.base.notices.models import Notice
from liaison.base.stamps import Stamp
from liaison.base.workdays.models import CalendarDay, CalendarYear

__all__ = ["CalendarDay", "CalendarYear", "Event", "Job", "Notice", "Stamp", "StoredFile"]
