"""我也遇到 for residents' programs: what others nearby have raised, and following it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.decorators import authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from liaison.base.errors import DomainError, StaleState
from liaison.base.stamps import reading
from liaison.base.web.api import REFUSAL, TextField, api_view, read_fields
from liaison.base.web.client import client_hash
from liaison.base.web.decorators import public
from liaison.base.web.schema import extend_schema
from opinions.gathering import queries
from opinions.gathering.throttle import MINUTE, may_ask
from opinions.handling import services as handling
from opinions.handling.models import MergerKind
from opinions.handling.queries import NoSuchMatter, lies_in
from opinions.matters.states import Status


class AskedTooOften(DomainError):
    message = _("问得太频繁了，请过一分钟再试。")
    status_code = 429
    retry_after = MINUTE


class NearIn(serializers.Serializer[Any]):
    """What a resident is about to say, and where."""

    content = TextField(max_length=10_000)
    community = TextField(max_length=20, help_text="division code")
    place = TextField(required=False, allow_blank=True, max_length=160)
    latitude = serializers.FloatField(required=False, min_value=-90, max_value=90)
    longitude = serializers.FloatField(required=False, min_value=-180, max_value=180)


class NearbyOut(serializers.Serializer[Any]):
    """A matter of others in facts that lead to nobody."""

    category = serializers.CharField(allow_blank=True)
    place = serializers.CharField()
    stage = serializers.CharField()
    days = serializers.IntegerField()
    follow = serializers.CharField(help_text="to be given when following; good for a day")


class NearOut(serializers.Serializer[Any]):
    """Nothing below two households."""

    people = serializers.IntegerField()
    matters = NearbyOut(many=True)


class FollowIn(serializers.Serializer[Any]):
    key = TextField(max_length=80, help_text="k of the private link")
    follow = TextField(max_length=200, help_text="from POST /api/v1/near/")


class FollowedOut(serializers.Serializer[Any]):
    """How the resident's own opinion stands now; number and link stay."""

    code = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    again = serializers.BooleanField(help_text="this had been done before")


@public
@extend_schema(
    summary="What others nearby have raised",
    request=NearIn,
    responses={200: NearOut, **dict.fromkeys((400, 429), REFUSAL)},
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def near(request: Request) -> Response:
    """Open matters that tell of the same thing; none where nothing is alike or it could lead to a household."""
    now = timezone.now()
    if not may_ask(client_hash(request._request), now=now):
        raise AskedTooOften
    data = read_fields(NearIn, request.data)
    place = queries.chosen_place(data["community"])
    position = {name: data[name] for name in ("latitude", "longitude") if name in data}
    found = queries.Near()
    if place is not None:
        with reading():
            found = queries.near(
                text=data["content"], division=place, place=data.get("place", ""), now=now,
                **(position if len(position) == 2 else {}),
            )  # fmt: skip
    return Response({"people": found.people, "matters": [_shown(one) for one in found.matters]})


def _shown(one: queries.Nearby) -> dict[str, Any]:
    return {
        "category": one.category, "place": one.place, "stage": str(one.stage.label), "days": one.days,
        "follow": handling.follow_token(one.matter_id),
    }  # fmt: skip


@public
@extend_schema(
    summary="Follow the opinion of others with one's own",
    request=FollowIn,
    responses={200: FollowedOut, **dict.fromkeys((400, 404, 409), REFUSAL)},
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def follow(request: Request, code: str) -> Response:
    """The own opinion goes with that of others, and hears the same news. Sent again, it changes nothing."""
    data = read_fields(FollowIn, request.data)
    held = queries.own_matter(code, data["key"])
    if held is None:
        raise NoSuchMatter
    matter, reporter = held
    target = handling.followed(data["follow"])
    if target is None:
        raise handling.NotToFollow
    again = False
    try:
        handling.follow(matter=matter, reporter=reporter, target=target, now=timezone.now())
    except (StaleState, handling.NotToFollow):
        again = lies_in(matter, target, MergerKind.FOLLOW)
        if not again:
            raise
        matter.refresh_from_db()
    label = str(Status(matter.status).label)
    return Response({"code": matter.code, "status": matter.status, "status_label": label, "again": again})
