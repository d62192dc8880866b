"""Receiving a resident's form: what it says, whether a person sent it, what is shown when it cannot be taken yet.

Nothing that was typed or chosen is lost on the way: a form with errors comes back with its text, and its photos are
kept under the submission key.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from liaison.base.codes import grouped
from liaison.base.errors import DomainError
from liaison.base.files.models import StoredFile
from liaison.base.files.services import StorageFull, discard, prepare_images
from liaison.base.privacy import blind_index, hide_id_numbers, normalise_phone
from liaison.base.web.client import client_hash
from opinions.catalog.models import SourceChannel
from opinions.intake.challenge import Question, is_answered, is_solved, new_question
from opinions.intake.forms import MOST_PHOTOS, OpinionForm
from opinions.intake.models import KeptPhoto
from opinions.intake.privacy import NOTICE_VERSION
from opinions.intake.queries import Entrance, kept_photos
from opinions.intake.services.keeping import drop_photos, keep_photos
from opinions.intake.services.submission import Entry, Receipt, submit
from opinions.intake.throttle import counts, may_keep

Door = Callable[[dict[str, Any]], Entrance | None]
NOT_CARRIED = {"csrfmiddlewaretoken", "proof", "question", "answer", "website", "kept", "drop"}
"""Fields that the step with the question does not carry along."""


@dataclass
class Outcome:
    """What came of a form: a receipt, or a page to show again with `status`."""

    entrance: Entrance
    form: OpinionForm
    status: int = 200
    receipt: Receipt | None = None
    question: Question | None = None
    wrong: bool = False
    kept: Sequence[KeptPhoto] = ()
    carried: Sequence[tuple[str, str]] = field(default_factory=tuple)


def receive(request: HttpRequest, door: Door, *, now: datetime) -> Outcome | None:
    """Take in the form that was sent through `door`; None when nothing stands behind the door."""
    client = client_hash(request)
    entrance = door(counts(client_hash=client, phone_index=_typed_phone(request), now=now))
    if entrance is None:
        return None
    form = OpinionForm(request.POST, request.FILES, setting=entrance.setting)
    return _Reception(request, entrance, form, client, now).outcome()


def _typed_phone(request: HttpRequest) -> str:
    with suppress(ValidationError):
        return blind_index(normalise_phone(request.POST.get("phone", "")[:40]))
    return ""


class _Reception:
    """One form on its way through the checks."""

    def __init__(self, request: HttpRequest, entrance: Entrance, form: OpinionForm, client: str, now: datetime) -> None:
        self.request, self.entrance, self.form, self.client, self.now = request, entrance, form, client, now
        self.photos: list[StoredFile] = []
        self.kept: list[KeptPhoto] = _kept(request, form)

    def outcome(self) -> Outcome:
        form = self.form
        form.is_valid()
        self._prepare_photos()
        if form.errors:
            return self._again(422)
        try:
            self.entrance.load.check()
        except DomainError as error:
            form.add_error(error.field or None, str(error.message))
            return self._again(error.status_code)
        answer = self._answered()
        if answer is not None and not answer:
            return self._ask(wrong="answer" in self.request.POST)
        return self._submit()

    def _prepare_photos(self) -> None:
        uploads = self.form.cleaned_data.get("photos") or []
        if len(uploads) + len(self.kept) > MOST_PHOTOS:
            self.form.add_error("photos", _("连同已收到的，最多 6 张，请少选几张。"))
            return
        try:
            batch = prepare_images(uploads, by=None, now=self.now)
        except StorageFull as full:
            self.form.add_error("photos", str(full.message))
            return
        self.photos = batch.rows
        for refusal in batch.refusals:
            self.form.add_error("photos", str(refusal.message))

    def _answered(self) -> bool | None:
        """None when a person is behind the form beyond doubt; else whether the question was answered."""
        post, key = self.request.POST, self.form.key
        quiet = not post.get("website") and not self.entrance.load.asks
        if quiet and is_solved(post.get("proof", ""), key):
            return None
        return is_answered(post.get("question", ""), post.get("answer", ""), key)

    def _submit(self) -> Outcome:
        try:
            receipt = submit(
                entry=self._entry(), by=None, now=self.now, photos=self.photos, kept=self.kept, client_hash=self.client
            )
        except Exception:
            discard(self.photos)
            raise
        if receipt.again:
            discard(self.photos)
        if receipt.again and receipt.opinion.content != hide_id_numbers(self.form.cleaned_data["content"]):
            return self._another(receipt)
        return Outcome(self.entrance, self.form, receipt=receipt)

    def _entry(self) -> Entry:
        data, place = self.form.cleaned_data, self.form.cleaned_data["community"]
        return Entry(
            key=self.form.key, content=data["content"], division=place.division, street=place.street,
            district=place.district, channel=_channel(self.request), place=data["place"], position=self.form.position,
            category=data["category"], contact_point_id=self.entrance.point_id, addressed_to=self.entrance.deputy,
            electoral_district=self.entrance.electoral_district, name=data["name"], phone=data["phone"],
            anonymous=data["anonymous"], consent_contact=data["consent_contact"],
            consent_publish=data["consent_publish"], privacy_version=NOTICE_VERSION,
            language=get_language() or "zh-hans", warnings=[hint.kind.value for hint in self.form.hints],
        )  # fmt: skip

    def _another(self, first: Receipt) -> Outcome:
        """The same page sent once more with other words: the resident says whether it is meant as a second one."""
        told = _("刚才那件已经收到，编号 %(code)s。这次内容不一样，要另外反映一件，请再按一次“提交”。")
        self.form.add_error(None, told % {"code": grouped(first.matter.code)})
        self.form.key = uuid4()
        return self._again(409)

    def _again(self, status: int) -> Outcome:
        return Outcome(self.entrance, self.form, status, kept=self._keep())

    def _ask(self, *, wrong: bool) -> Outcome:
        kept = self._keep()
        names = [name for name in self.request.POST if name not in NOT_CARRIED | {"submission_key"}]
        carried = [(name, value) for name in names for value in self.request.POST.getlist(name)]
        carried.append(("submission_key", str(self.form.key)))
        return Outcome(
            self.entrance, self.form, 422 if wrong else 200, question=new_question(self.form.key), wrong=wrong,
            kept=kept, carried=carried,
        )  # fmt: skip

    def _keep(self) -> list[KeptPhoto]:
        """Keep the good photos for the next attempt, unless this address has left too many."""
        if self.photos and may_keep(client_hash=self.client, now=self.now):
            self.kept += keep_photos(self.photos, key=self.form.key, client_hash=self.client, now=self.now)
        elif self.photos:
            discard(self.photos)
            self.form.add_error("photos", _("照片没有留住，请重新选一下。"))
        return self.kept


def _kept(request: HttpRequest, form: OpinionForm) -> list[KeptPhoto]:
    """The photos kept with an earlier attempt, less those that the resident does not want any more."""
    if not request.POST.get("kept"):
        return []
    found, unwanted = kept_photos(form.key), set(request.POST.getlist("drop"))
    drop_photos([photo for photo in found if str(photo.pk) in unwanted])
    return [photo for photo in found if str(photo.pk) not in unwanted]


def _channel(request: HttpRequest) -> str:
    return SourceChannel.WEB if request.GET.get("via") == "web" else SourceChannel.QR


def fresh_key() -> UUID:
    """The key of a form that is shown for the first time."""
    return uuid4()
