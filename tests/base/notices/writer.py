"""A program that queues notices in transactions, as web processes do; it takes orders line by line.

{"first": 1, "count": 20}  →  {"kept": [keys], "undone": [keys], "seconds": longest transaction}
"""

import json
import sys
import time

import django
from django.db import transaction
from django.utils import timezone

UNDONE_EVERY = 4
"""Every so many transactions end in a rollback."""


class Undo(Exception):
    """Rolls a transaction back."""


def main() -> None:
    django.setup()
    for line in sys.stdin:
        print(json.dumps(_write(**json.loads(line))), flush=True)


def _write(first: int, count: int) -> dict[str, object]:
    kept: list[str] = []
    undone: list[str] = []
    longest = 0.0
    for number in range(first, first + count):
        begin = time.monotonic()
        keys = [f"chaos:{number}:sms", f"chaos:{number}:wecom"]
        try:
            _one(keys, undo=number % UNDONE_EVERY == 0)
            kept += keys
        except Undo:
            undone += keys
        longest = max(longest, time.monotonic() - begin)
    return {"kept": kept, "undone": undone, "seconds": longest}


@transaction.atomic
def _one(keys: list[str], *, undo: bool) -> None:
    from liaison.base.notices.models import Channel
    from liaison.base.notices.services import Draft, queue

    sms, wecom = keys
    drafts = [
        Draft(key=sms, channel=Channel.SMS, address="13800000000", subject=sms),
        Draft(key=wecom, channel=Channel.WECOM, address="zhangsan", subject=wecom),
    ]
    queue(drafts, now=timezone.now())
    if undo:
        raise Undo


if __name__ == "__main__":
    main()
