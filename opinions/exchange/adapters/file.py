"""Partners behind a one-way gate: each message is a file in a folder that something else carries on."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings

from opinions.exchange.adapters import Answer, Parcel
from opinions.exchange.models import Partner
from opinions.exchange.sheets import plain_cell


class File:
    """Writes `<EXCHANGE_FOLDER>/<partner>/out/<key>.csv`; the same key writes the same file."""

    idempotent = True

    def send(self, partner: Partner, parcel: Parcel) -> Answer:
        """Write the file beside its place first, so that nobody fetches half of one. Raises OSError."""
        folder = Path(settings.EXCHANGE_FOLDER) / partner.code / "out"
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / f"{parcel.key}.csv"
        beside = place.with_suffix(".part")
        beside.write_bytes(_as_csv(json.loads(parcel.body)))
        os.replace(beside, place)
        return Answer()


def _as_csv(said: dict[str, Any]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(said)
    writer.writerow(plain_cell(value) for value in said.values())
    return out.getvalue().encode("utf-8-sig")
