"""From the forms with which a resident adds something, or says a word, to the service that takes it in."""

from datetime import datetime

from liaison.base.errors import DomainError
from liaison.base.files.models import StoredFile
from liaison.base.files.services import StorageFull, discard, prepare_images
from opinions.handling.services import hear_of_promise
from opinions.intake.forms import SupplyForm, WordForm
from opinions.intake.services.following import supply
from opinions.matters.models import Matter, Reporter
from opinions.promises.models import Promise


def supply_from(form: SupplyForm, *, matter: Matter, reporter: Reporter, now: datetime) -> bool:
    """Whether it was taken in, now or by an earlier press; if not, the form says at its fields why."""
    photos = _photos(form, now) if form.is_valid() else []
    written = False
    try:
        if not form.errors:
            text = form.cleaned_data["text"]
            written = supply(matter=matter, reporter=reporter, text=text, photos=photos, now=now)
            return True
    except DomainError as error:
        form.add_error("text" if error.field == "text" else None, str(error.message))
    finally:
        if not written:
            discard(photos)
    return False


def word_from(form: WordForm, *, promise: Promise, reporter: Reporter, done: bool, now: datetime) -> bool:
    """Whether what the resident says of a promise was heard, now or by an earlier press; if not, the form says why."""
    photos = _photos(form, now) if form.is_valid() else []
    fresh = False
    try:
        if not form.errors:
            text = form.cleaned_data["text"]
            heard = hear_of_promise(promise=promise, reporter=reporter, done=done, text=text, photos=photos, now=now)
            fresh = heard.fresh
            return True
    except DomainError as error:
        form.add_error("text" if error.field == "text" else None, str(error.message))
    finally:
        if not fresh:
            discard(photos)
    return False


def _photos(form: SupplyForm | WordForm, now: datetime) -> list[StoredFile]:
    try:
        batch = prepare_images(form.cleaned_data["photos"], by=None, now=now)
    except StorageFull as full:
        form.add_error("photos", str(full.message))
        return []
    for refusal in batch.refusals:
        form.add_error("photos", str(refusal.message))
    return batch.rows
