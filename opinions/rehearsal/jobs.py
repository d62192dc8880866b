"""The background job of a rehearsal; its product is the differences as a table."""

from deputies.accounts.access import can
from liaison.base.documents.xlsx import CONTENT_TYPE
from liaison.base.errors import DomainError
from liaison.base.jobs.kinds import Product, Progress, job
from liaison.base.jobs.models import Job
from opinions.rehearsal.export import book, file_name
from opinions.rehearsal.models import Rehearsal
from opinions.rehearsal.queries import differences_of
from opinions.rehearsal.services import KIND, Cancelled, Overtaken, perform, start

__all__ = ["rehearse_in_background", "start"]
"""Who starts a rehearsal takes `start` from here, so that its process knows the kind of job."""


@job(KIND, allows=can)
def rehearse_in_background(work: Job, progress: Progress) -> Product:
    """Perform the rehearsal that belongs to this job. After a crash it begins anew."""
    rehearsal = Rehearsal.objects.select_related("rule_set__district", "rule_set__street", "other", "by").filter(
        job=work
    )
    held = rehearsal.first()
    if held is None:
        raise Cancelled
    try:
        done = held if held.finished_at else perform(rehearsal=held, progress=progress)
    except Overtaken as error:
        raise DomainError(error.message) from error
    return Product(file_name(done), book(done, differences_of(done, work.by)), CONTENT_TYPE)
