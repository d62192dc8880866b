"""What machines ask of the sweep: its age, what it set aside, whether it goes on (settings: GAUGES, HELPERS)."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from liaison.base.web.health import NotReady
from supervision.cases.models import Pulse
from supervision.cases.pulse import STEP
from supervision.escalation.models import Setback

LATE = timedelta(hours=1)
"""Beat sweeps every five minutes."""


def gauges() -> Iterator[GaugeMetricFamily]:
    """For /metrics. The age is left out before the first sweep, and below zero after one by a clock that was ahead."""
    told = "Clocks that the sweep could not deal with and set aside"
    yield GaugeMetricFamily("liaison_sweep_set_aside", told, value=Setback.objects.count())
    pulse = Pulse.objects.first()
    if pulse is not None:
        age = (timezone.now() - pulse.swept_at).total_seconds()
        yield GaugeMetricFamily("liaison_sweep_age_seconds", "Seconds since the last sweep", value=age)
        held = pulse.held_since is not None
        yield GaugeMetricFamily("liaison_sweep_held", "1 while the clock is not believed", value=int(held))


def check() -> None:
    """For /readyz. Raises NotReady where nothing is swept."""
    pulse = Pulse.objects.first()
    if pulse is None:
        return
    if pulse.held_since is not None:
        raise NotReady(f"held: the clock went on {pulse.step}")
    age = timezone.now() - pulse.swept_at
    if age > LATE or age < -STEP:
        raise NotReady(f"last at {pulse.swept_at:%Y-%m-%d %H:%M} UTC")
