"""What programs send, read and checked: arguments of a search, and the form of a request."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaison.base.codes import normalise
from liaison.base.errors import DomainError, InvalidInput
from liaison.base.privacy import hide_id_numbers
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.catalog.models import Category
from opinions.open311.models import ServiceAttribute
from opinions.open311.queries import MOST, Asked, attributes_of, jurisdiction, service_called
from opinions.open311.services import Sent
from opinions.open311.states import LISTS, STATES, Datatype

SPAN = timedelta(days=90)
MOST_PHOTOS = 6
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?", re.ASCII)
_CJK = re.compile("[\u3400-\u9fff]")
_LONGEST = {Datatype.STRING: 200, Datatype.TEXT: 4000}


class NotFound(DomainError):
    """What is named does not exist."""

    message = gettext_lazy("没有找到。")
    status_code = 404


class Refused(InvalidInput):
    """All that is wrong with a request, one sentence each."""

    def __init__(self, sentences: Iterable[str]) -> None:
        super().__init__()
        self.sentences = list(sentences)


def read_district(given: Mapping[str, str]) -> int | None:
    """The district named by jurisdiction_id; None where none is named. Raises NotFound."""
    code = given.get("jurisdiction_id", "")
    if not code:
        return None
    found = jurisdiction(code)
    if found is None:
        raise NotFound(_("没有这个 jurisdiction_id。"), field="jurisdiction_id")
    return found


def read_service(code: str, *, closed: bool = False) -> Category:
    """The category of this service code. Raises NotFound."""
    found = service_called(code, closed=closed)
    if found is None:
        raise NotFound(_("没有这个 service_code：%(code)s") % {"code": code[:30]}, field="service_code")
    return found


def read_search(given: Mapping[str, str], now: datetime) -> Asked:
    """The arguments of GET requests. Numbers of requests outrank all others. Raises NotFound, InvalidInput."""
    district = read_district(given)
    if codes := _listed(given.get("service_request_id", "")):
        return Asked(codes=tuple(normalise(code) for code in codes))
    begin, end = _span(given, now)
    services = [read_service(code, closed=True).pk for code in _listed(given.get("service_code", ""))]
    states = _listed(given.get("status", "")) or list(STATES)
    if unknown := [one for one in states if one not in STATES]:
        raise InvalidInput(_("status 只能是 open 或 closed：%(word)s") % {"word": unknown[0][:20]}, field="status")
    statuses = tuple(status for state in states for status in STATES[state])
    return Asked((), begin, end, tuple(services), statuses, district, _page_size(given))


def _page_size(given: Mapping[str, str]) -> int:
    """How many at most; clients know it from other servers."""
    text = given.get("page_size", "")
    return max(1, min(MOST, int(text))) if re.fullmatch(r"[0-9]{1,6}", text) else MOST


def _listed(text: str) -> list[str]:
    found = list(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
    if len(found) > MOST:
        raise InvalidInput(_("一次最多 %(count)d 个。") % {"count": MOST})
    return found


def _span(given: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    """From when to when; 90 days where one end or both are left out, and never more."""
    begin, end = (_read_moment(given.get(name, ""), name) for name in ("start_date", "end_date"))
    try:
        end = end or (begin + SPAN if begin else now)
        begin = begin or end - SPAN
    except OverflowError as error:
        raise InvalidInput(_("日期超出了日历。"), field="start_date") from error
    if end < begin:
        raise InvalidInput(_("end_date 早于 start_date。"), field="end_date")
    if end - begin > SPAN:
        raise InvalidInput(_("start_date 到 end_date 最多 90 天。"), field="end_date")
    return begin, end


def _read_moment(text: str, name: str) -> datetime | None:
    """A moment in the format of the W3 note; a plus sign that came as a blank is forgiven."""
    text = text.strip()
    if not text:
        return None
    found = parse_moment(re.sub(r" (\d{2}:\d{2})$", r"+\1", text))
    if found is None:
        told = _("%(name)s 应像 2026-11-01T00:00:00+08:00，要写时区。") % {"name": name}
        raise InvalidInput(told, field=name)
    return found


def parse_moment(text: str) -> datetime | None:
    """A day (as it begins in Beijing) or a moment with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
        return (found if found.tzinfo else found.replace(tzinfo=SHANGHAI)).astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None


_degrees = RegexValidator(r"^-?[0-9]{1,3}(\.[0-9]{1,20})?\Z", gettext_lazy("应是度数，如 31.204。"))


class RequestForm(forms.Form):
    """The form of POST requests; the names of its fields are those of the specification."""

    description = forms.CharField(required=False, max_length=4000)
    lat = forms.CharField(required=False, validators=[_degrees])
    long = forms.CharField(required=False, validators=[_degrees])
    address_string = forms.CharField(required=False, max_length=160)
    address_id = forms.CharField(required=False, max_length=20)
    first_name = forms.CharField(required=False, max_length=20)
    last_name = forms.CharField(required=False, max_length=20)
    phone = forms.CharField(required=False, max_length=40)
    media_url = forms.CharField(required=False, max_length=500)

    def clean_media_url(self) -> str:
        text: str = self.cleaned_data["media_url"]
        try:
            parts = urlsplit(text)
        except ValueError as error:
            raise ValidationError(_("不是网址。")) from error
        if text and (parts.scheme not in ("http", "https") or not parts.netloc or not text.isprintable()):
            raise ValidationError(_("应以 https:// 开头。"))
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        north, east = (self._placed(name, most) for name, most in (("lat", 90), ("long", 180)))
        if (north is None) != (east is None):
            self.add_error("lat", _("lat 和 long 要一起写。"))
        named = [data.get("address_string"), data.get("address_id")]
        if not self.errors and north is None and not any(named):
            self.add_error(None, _("要写 lat 和 long、address_string 或 address_id，至少一样。"))
        return {**data, "position": None if north is None or east is None else (north, east)}

    def _placed(self, name: str, most: int) -> Decimal | None:
        text = self.cleaned_data.get(name)
        if not text:
            return None
        degrees = Decimal(text).quantize(Decimal("0.000001"))
        if abs(degrees) > most:
            self.add_error(name, _("应在 -%(most)d 到 %(most)d 之间。") % {"most": most})
        return degrees

    @property
    def sentences(self) -> list[str]:
        """What is wrong, each with the name of its field."""
        return [
            str(one) if name == "__all__" else f"{name}: {one}" for name, found in self.errors.items() for one in found
        ]


def read_request(given: QueryDict, photos: list[Any], *, token: str, now: datetime) -> Sent:
    """The request that a form describes. Raises NotFound, Refused."""
    said = given.dict()
    if not said.get("service_code"):
        raise InvalidInput(_("没有写 service_code。"), field="service_code")
    service, form = read_service(str(said["service_code"])), RequestForm(given)
    answers, wrong = read_answers(service, given)
    sentences = [*form.sentences, *wrong]
    if len(photos) > MOST_PHOTOS:
        sentences.append(_("照片最多 %(count)d 张。") % {"count": MOST_PHOTOS})
    if sentences:
        raise Refused(sentences)
    data = form.cleaned_data
    return Sent(
        service=service, token=token or _fingerprint(given, photos, now), description=data["description"],
        address=data["address_string"], address_id=data["address_id"], position=data["position"],
        name=_full_name(data["first_name"], data["last_name"]), phone=data["phone"], media_url=data["media_url"],
        answers=answers, photos=photos,
    )  # fmt: skip


SENDERS = ("phone", "device_id", "account_id")
"""Fields that tell one resident of a program from another."""


def _fingerprint(given: QueryDict, photos: Iterable[Any], now: datetime) -> str:
    """What stands for the same form of one resident on the same day, so that a program may repeat what got no answer.

    A form that names nobody stands for itself alone: two residents may say the same, and each has a private link.
    """
    if not any(given.get(name, "").strip() for name in SENDERS):
        return uuid4().hex
    said: list[Any] = sorted((name, values) for name, values in given.lists() if name != "api_key")
    said.append([_digest(photo) for photo in photos])
    return f"{now.astimezone(SHANGHAI):%Y-%m-%d}:{hashlib.sha256(repr(said).encode()).hexdigest()}"


def _digest(photo: Any) -> str:
    """The fingerprint of an uploaded file, which is read again afterwards."""
    found = hashlib.sha256()
    for chunk in photo.chunks():
        found.update(chunk)
    photo.seek(0)
    return found.hexdigest()


def _full_name(first: str, last: str) -> str:
    """The name as it is written: Chinese names with the surname first."""
    return f"{last}{first}" if _CJK.search(first + last) else f"{first} {last}".strip()


def read_answers(service: Category, given: QueryDict) -> tuple[list[dict[str, Any]], list[str]]:
    """The answers to the questions of a service, and what is wrong with them."""
    rows = [row for row in attributes_of(service) if row.variable]
    known = {f"attribute[{row.code}]{more}" for row in rows for more in ("", "[]")}
    strange = [name for name in given if name.startswith("attribute[") and name not in known]
    wrong = [_("%(name)s: 这个服务没有这一项。") % {"name": name[:60]} for name in strange]
    answers = []
    for row in rows:
        sent = [*given.getlist(f"attribute[{row.code}]"), *given.getlist(f"attribute[{row.code}][]")]
        values = [hide_id_numbers(value.strip()) for value in sent if value.strip()]
        problem = _problem(row, values)
        if problem:
            wrong.append(f"attribute[{row.code}]: {problem}")
        elif values:
            words = "、".join(row.choices.get(value, value) for value in values)
            answers.append({"code": row.code, "question": row.description, "keys": values, "words": words})
    return answers, wrong


def _problem(row: ServiceAttribute, values: list[str]) -> str:
    """Why an answer cannot be taken; empty when it can."""
    if not values:
        return _("必填。") if row.required else ""
    if len(values) > 1 and row.datatype != Datatype.SOME_OF:
        return _("只能有一个值。")
    if row.datatype in LISTS:
        return "" if set(values) <= row.choices.keys() else _("只能从选项里选。")
    return _KINDS[row.datatype](values[0])


def _number_problem(text: str) -> str:
    return "" if re.fullmatch(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?", text) else _("应是数字。")


def _moment_problem(text: str) -> str:
    return "" if parse_moment(text) else _("应像 2026-11-01T00:00:00+08:00，要写时区。")


def _length_problem(most: int) -> Callable[[str], str]:
    def problem(text: str) -> str:
        if "\x00" in text:
            return _("有不能保存的字符。")
        return "" if len(text) <= most else _("最多 %(most)d 个字。") % {"most": most}

    return problem


_KINDS: dict[str, Callable[[str], str]] = {
    Datatype.NUMBER: _number_problem,
    Datatype.DATETIME: _moment_problem,
    **{kind: _length_problem(most) for kind, most in _LONGEST.items()},
}


class ServiceAttributeForm(forms.ModelForm):
    """A question of a category, as staff keep it."""

    class Meta:
        model = ServiceAttribute
        fields = (
            "category", "code", "description", "datatype", "values", "variable", "required", "hint", "order", "active",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_list, pairs = data.get("datatype") in LISTS, ServiceAttribute(values=data.get("values", "")).choices
        if is_list and not (pairs and all(pairs) and all(pairs.values())):
            self.add_error("values", _("单选、多选要写选项，一行一个：代码=文字。"))
        if not is_list and data.get("values"):
            self.add_error("values", _("只有单选、多选才写选项。"))
        if data.get("required") and not data.get("variable"):
            self.add_error("required", _("不用回答的不能必填。"))
        return data
