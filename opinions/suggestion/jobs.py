"""Training from the desk: a background job, whose product is the curve as a table."""

import csv
import io
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from deputies.accounts.access import can
from deputies.organisations.queries import district_of
from liaison.base.errors import DomainError, NotAllowed
from liaison.base.jobs.kinds import Product, Progress, job
from liaison.base.jobs.models import Job
from opinions.suggestion.learning import train_district
from opinions.suggestion.models import SuggestionModel

KIND = "suggestion_training"


@job(KIND, allows=can)
def train_in_background(work: Job, progress: Progress) -> Product:
    """Train a candidate for the district of the person who asked. A second run finds the same model and adds none."""
    user: Any = work.by
    district = district_of(user.organisation) if user.organisation else None
    if district is None:
        raise NotAllowed
    try:
        made = train_district(district=district, by=user, now=timezone.now(), progress=progress)
    except ImportError as error:
        raise DomainError(_("服务器上没有安装训练所需的程序包，请联系系统管理员。")) from error
    return Product(f"suggestion-{made.version}.csv", _curve(made), "text/csv")


def _curve(model: SuggestionModel) -> bytes:
    """The curve as CSV that a spreadsheet program opens with the right characters."""
    held = io.StringIO(newline="")
    table = csv.writer(held)
    table.writerow([_("把握门槛"), _("有建议的比例"), _("建议的准确率")])
    for point in model.figures.get("curve", ()):
        told = "" if point["accuracy"] is None else f"{point['accuracy']:.3f}"
        table.writerow([f"{point['threshold']:.2f}", f"{point['coverage']:.3f}", told])
    return held.getvalue().encode("utf-8-sig")
