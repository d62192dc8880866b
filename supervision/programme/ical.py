"""iCalendar (RFC 5545) of activities: pure text, no database.

Lines are folded at 75 octets and end in CRLF; times stand in Asia/Shanghai, which has no summer time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from liaison.base.workdays.arithmetic import SHANGHAI

OCTETS = 75
ZONE = (
    "BEGIN:VTIMEZONE", "TZID:Asia/Shanghai", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800", "TZNAME:CST", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event. `sequence` grows whenever it is moved, changed or cancelled, so that calendars follow."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    summary: str
    location: str
    description: str
    url: str
    cancelled: bool = False
    tentative: bool = False

    @property
    def status(self) -> str:
        """STATUS of the event."""
        return "CANCELLED" if self.cancelled else "TENTATIVE" if self.tentative else "CONFIRMED"


def calendar(name: str, entries: Iterable[Entry]) -> str:
    """The whole calendar."""
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//liaison//supervision//ZH", "CALSCALE:GREGORIAN")
    named = (f"X-WR-CALNAME:{escaped(name)}", "X-WR-TIMEZONE:Asia/Shanghai", "REFRESH-INTERVAL;VALUE=DURATION:PT1H")
    events = (line for entry in entries for line in _event(entry))
    lines = (*head, "METHOD:PUBLISH", *named, *ZONE, *events, "END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def _event(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTAMP:{entry.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"LAST-MODIFIED:{entry.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield from _times(entry)
    yield f"SUMMARY:{escaped(entry.summary)}"
    yield f"LOCATION:{escaped(entry.location)}"
    yield f"DESCRIPTION:{escaped(entry.description)}"
    yield f"URL:{entry.url}"
    yield f"STATUS:{entry.status}"
    yield "END:VEVENT"


def _times(entry: Entry) -> Iterator[str]:
    start, end = entry.starts_at.astimezone(SHANGHAI), entry.ends_at.astimezone(SHANGHAI)
    if entry.all_day:
        yield f"DTSTART;VALUE=DATE:{_day(start.date())}"
        yield f"DTEND;VALUE=DATE:{_day(end.date() + timedelta(days=1))}"
        return
    yield f"DTSTART;TZID=Asia/Shanghai:{start:%Y%m%dT%H%M%S}"
    yield f"DTEND;TZID=Asia/Shanghai:{end:%Y%m%dT%H%M%S}"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def escaped(text: str) -> str:
    """TEXT as RFC 5545 3.3.11 writes it, without control characters."""
    plain = "".join(sign for sign in text if sign == "\n" or sign.isprintable())
    return plain.translate(_ESCAPES)


def folded(line: str) -> Iterator[str]:
    """The line in parts of at most 75 octets, continued ones beginning with a blank; no character is torn apart."""
    part, octets = "", 0
    for sign in line:
        width = len(sign.encode())
        if octets + width > OCTETS:
            yield part
            part, octets = " ", 1
        part, octets = part + sign, octets + width
    yield part
