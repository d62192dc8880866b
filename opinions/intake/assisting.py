"""An officer enters for a resident: whose deputies there are, what place is meant, and from the form to the service."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from deputies.accounts.models import DISTRICT_ROLES, User
from deputies.accounts.queries import organisations_below, street_of
from deputies.organisations.queries import bodies, division_tree
from deputies.roster.models import Deputy
from liaison.base.errors import DomainError
from liaison.base.files.models import StoredFile
from liaison.base.files.services import StorageFull, discard, prepare_images
from opinions.intake.forms import AssistedForm
from opinions.intake.hints import hints_for
from opinions.intake.models import Opinion
from opinions.intake.places import Setting, setting_for_body
from opinions.intake.privacy import NOTICE_VERSION
from opinions.intake.services.submission import Entry, Receipt, submit

RECEIPT_FOR = timedelta(hours=1)
"""How long the officer may show the resident's link: it also leads to the rating, which is not theirs (rule 5)."""


def setting_for(user: User) -> Setting:
    """The place that an officer's entries begin with: the station's community, the street, the district."""
    assert user.organisation is not None  # noqa: S101 - those who may assist have a body
    return setting_for_body(user.organisation)


def import_target(user: User) -> tuple[Setting, int]:
    """Where an officer's imported rows go by default, and the body within which all must lie."""
    if user.role in DISTRICT_ROLES:
        body = bodies().get(user.organisation_id) or user.organisation
        assert body is not None  # noqa: S101 - district roles have a body
        place = division_tree().get(body.division_id) or body.division
        return Setting(place, body, body), body.pk
    setting = setting_for(user)
    return setting, street_of(user) or setting.street.pk


def deputies_for(user: User) -> list[Deputy]:
    """Deputies in office of the officer's bodies, and those that the officer is paired with."""
    deputies = Deputy.objects.active().select_related("organisation", "user", "helper")
    found = deputies.filter(organisation__in=organisations_below(user)) | deputies.filter(helper=user)
    return list(found.distinct().order_by("pinyin", "id"))


def take_in(form: AssistedForm, *, by: User, now: datetime) -> Receipt | None:
    """The receipt; None when the form says at its fields why there is none. Photos that no matter keeps are deleted."""
    if not form.is_valid():
        return None
    photos, kept = _photos(form, by, now), False
    try:
        if form.errors:
            return None
        receipt = submit(entry=_entry(form), by=by, now=now, photos=photos)
        kept = not receipt.again
        return receipt
    except DomainError as error:
        form.add_error(error.field or None, str(error.message))
        return None
    finally:
        if not kept:
            discard(photos)


def _photos(form: AssistedForm, by: User, now: datetime) -> list[StoredFile]:
    try:
        batch = prepare_images(form.cleaned_data["photos"], by=by, now=now)
    except StorageFull as full:
        form.add_error("photos", str(full.message))
        return []
    for refusal in batch.refusals:
        form.add_error("photos", str(refusal.message))
    return batch.rows


def _entry(form: AssistedForm) -> Entry:
    data, place = form.cleaned_data, form.cleaned_data["community"]
    return Entry(
        key=form.key, content=data["content"], division=place.division, street=place.street, district=place.district,
        channel=data["channel"], place=data["place"], category=data["category"], wish=data["wish"],
        addressed_to=data["deputy"], name=data["name"], phone=data["phone"], anonymous=data["anonymous"],
        consent_contact=bool(data["phone"]),
        consent_publish=data["consent_publish"], privacy_version=NOTICE_VERSION,
        warnings=[hint.kind.value for hint in hints_for(data["content"])],
    )  # fmt: skip


def may_see_receipt(opinion: Opinion, *, by: User, now: datetime) -> bool:
    """Whether the officer who entered it may still show the resident's link."""
    return opinion.assisted_by_id == by.pk and now - opinion.matter.opened_at < RECEIPT_FOR


def receipt_gone() -> str:
    return _("回执只给登记的人看，登记后一小时内有效。居民可以用短信里的链接，或凭编号查询。")
