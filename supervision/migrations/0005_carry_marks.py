"""What marks of quality fired went by a clock; it now goes by the mark. A mark that never fired is looked at once."""

from typing import Any

from django.db import migrations
from django.db.models import Exists, F, Max, OuterRef, Subquery
from django.utils import timezone

from liaison.base.workdays.arithmetic import local_today


def carry(apps: Any, _schema: Any) -> None:
    """Give the newest firing of each matter and rung its mark; the others stay in the history as they are."""
    firing, mark = apps.get_model("supervision", "Firing"), apps.get_model("supervision", "QualityMark")
    live = mark.objects.filter(matter=OuterRef("matter"), level=OuterRef("trigger"), lifted_at=None)
    fired = firing.objects.filter(Exists(live), trigger__in=["low", "poor"], retracted_at=None)
    newest = fired.order_by().values("matter", "rung").annotate(last=Max("pk"))
    rows = firing.objects.filter(pk__in=list(newest.values_list("last", flat=True)))
    rows.update(mark=Subquery(live.order_by("-pk").values("pk")[:1]), clock=None)
    silent = mark.objects.filter(lifted_at=None, level=F("matter__quality"), firings=None)
    mark.objects.filter(pk__in=list(silent.values_list("pk", flat=True))).update(next_on=local_today(timezone.now()))


class Migration(migrations.Migration):
    dependencies = [("supervision", "0004_marks_on_the_ladder")]
    operations = [migrations.RunPython(carry, migrations.RunPython.noop, elidable=True)]
