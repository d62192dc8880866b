"""Receiving a resident's form: what it says, whether a person sent it, what is shown when it cannot be taken yet.

Nothing that was typed or chosen is lost on the way: a form with errors comes back with its text, and its photos are
kept under the submission key.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
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
from opinions.intake.queries import Entrance, campaign_of, kept_photos
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
    wait: int = 0
    """Seconds until it may be sent again, where it came too often."""
    receipt: Receipt | None = None
    question: Question | None = None
    wrong: bool = False
    kept: Sequence[KeptPhoto] = ()
    carried: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True)
class Sent:
    """What was sent, by a browser or by a program: fields, files, and from where."""

    data: QueryDict
    files: MultiValueDict
    client: str
    channel: str
    campaign: int | None = None

    @classmethod
    def by(cls, request: HttpRequest) -> "Sent":
        """What a browser sent."""
        web = request.GET.get("via") == "web"
        channel = SourceChannel.WEB if web else SourceChannel.QR
        campaign = campaign_of(request.GET.get("theme", ""))
        return cls(request.POST, request.FILES, client_hash(request), channel, campaign)

    @property
    def phone_index(self) -> str:
        """Blind index of the number as typed; empty unless it is one."""
        with suppress(ValidationError):
            return blind_index(normalise_phone(self.data.get("phone", "")[:40]))
        return ""


def receive(sent: Sent, door: Door, *, now: datetime) -> Outcome | None:
    """Take in the form that was sent through `door`; None when nothing stands behind the door."""
    entrance = door(counts(client_hash=sent.client, phone_index=sent.phone_index, now=now))
    if entrance is None:
        return None
    form = OpinionForm(sent.data, sent.files, setting=entrance.setting)
    return _Reception(sent, entrance, form, now).outcome()


class _Reception:
    """One form on its way through the checks."""

    def __init__(self, sent: Sent, entrance: Entrance, form: OpinionForm, now: datetime) -> None:
        self.sent, self.entrance, self.form, self.now = sent, entrance, form, now
        self.photos: list[StoredFile] = []
        self.kept: list[KeptPhoto] = _kept(sent, form)

    def outcome(self) -> Outcome:
        form = self.form
        form.is_valid()
        try:
            self.entrance.load.check()
        except DomainError as error:
            form.add_error(error.field or None, str(error.message))
            return self._again(error.status_code, error.retry_after)
        self._prepare_photos()
        if form.errors:
            return self._again(422)
        if not self._proven and not self._answered:
            return self._ask(wrong="answer" in self.sent.data)
        return self._submit()

    @cached_property
    def _proven(self) -> bool:
        """Whether the phone did its sum, no machine's trap was filled in, and the address sends little."""
        data = self.sent.data
        quiet = not data.get("website") and not self.entrance.load.asks
        return quiet and is_solved(data.get("proof", ""), self.form.key)

    @cached_property
    def _answered(self) -> bool:
        """Whether the question in plain words was answered."""
        data = self.sent.data
        return is_answered(data.get("question", ""), data.get("answer", ""), self.form.key)

    @cached_property
    def _may_keep(self) -> bool:
        return may_keep(client_hash=self.sent.client, now=self.now)

    def _prepare_photos(self) -> None:
        """Look at the photos, unless nobody has proved anything and the address has left many already."""
        uploads = self.form.cleaned_data.get("photos") or []
        if not uploads:
            return
        if not (self._proven or self._answered or self._may_keep):
            self.form.add_error("photos", _("照片没有留住，请重新选一下。"))
            return
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

    def _submit(self) -> Outcome:
        try:
            receipt = submit(
                entry=self._entry(),
                by=None,
                now=self.now,
                photos=self.photos,
                kept=self.kept,
                client_hash=self.sent.client,
            )
        except Exception:
            discard(self.photos)
            raise
        if receipt.again and receipt.opinion.content != hide_id_numbers(self.form.cleaned_data["content"]):
            return self._another(receipt)
        if receipt.again:
            discard(self.photos)
        return Outcome(self.entrance, self.form, receipt=receipt)

    def _entry(self) -> Entry:
        data, place = self.form.cleaned_data, self.form.cleaned_data["community"]
        return Entry(
            key=self.form.key, content=data["content"], division=place.division, street=place.street,
            district=place.district, channel=self.sent.channel, place=data["place"], position=self.form.position,
            category=data["category"], wish=data["wish"], contact_point_id=self.entrance.point_id,
            addressed_to=self.entrance.deputy,
            electoral_district=self.entrance.electoral_district, name=data["name"], phone=data["phone"],
            anonymous=data["anonymous"], consent_contact=data["consent_contact"],
            consent_publish=data["consent_publish"], privacy_version=NOTICE_VERSION,
            language=get_language() or "zh-hans", campaign=self.sent.campaign,
            warnings=[hint.kind.value for hint in self.form.hints],
        )  # fmt: skip

    def _another(self, first: Receipt) -> Outcome:
        """The same page sent once more with other words: the resident says whether it is meant as a second one."""
        told = _("刚才那件已经收到，编号 %(code)s。这次内容不一样，要另外反映一件，请再按一次“提交”。")
        self.form.add_error(None, told % {"code": grouped(first.matter.code)})
        self.form.key, self.kept = uuid4(), []
        return self._again(409)

    def _again(self, status: int, wait: int = 0) -> Outcome:
        return Outcome(self.entrance, self.form, status, wait, kept=self._keep())

    def _ask(self, *, wrong: bool) -> Outcome:
        kept = self._keep()
        names = [name for name in self.sent.data if name not in NOT_CARRIED | {"submission_key"}]
        carried = [(name, value) for name in names for value in self.sent.data.getlist(name)]
        carried.append(("submission_key", str(self.form.key)))
        return Outcome(
            self.entrance, self.form, 422 if wrong else 200, question=new_question(self.form.key), wrong=wrong,
            kept=kept, carried=carried,
        )  # fmt: skip

    def _keep(self) -> list[KeptPhoto]:
        """Keep the good photos for the next attempt."""
        if self.photos:
            try:
                self.kept += keep_photos(self.photos, key=self.form.key, client_hash=self.sent.client, now=self.now)
            except Exception:
                discard(self.photos)
                raise
            self.photos = []
        return self.kept


def _kept(sent: Sent, form: OpinionForm) -> list[KeptPhoto]:
    """The photos kept with an earlier attempt, less those that the resident does not want any more."""
    if not sent.data.get("kept"):
        return []
    found, unwanted = kept_photos(form.key), set(sent.data.getlist("drop"))
    wanted = [photo for photo in found if str(photo.pk) not in unwanted]
    drop_photos(photo for photo in found if photo not in wanted)
    return wanted
