"""Lists for programs, all in one way: `{"results": […], "next": cursor}`, and `page` takes the cursor."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from liaison.base.web.paging import KeysetPage

Row = TypeVar("Row", bound=Model)
PAGE = OpenApiParameter("page", str, description="`next` of the page before")


def page_of(row: type[serializers.Serializer[Any]]) -> Any:
    """How a page of such rows looks, for the schema."""
    ends = serializers.CharField(allow_blank=True, help_text="`page` of the next page; empty on the last")
    return inline_serializer(f"{row.__name__.removesuffix('Out')}Page", {"results": row(many=True), "next": ends})


def paged(request: Request, rows: QuerySet[Row], order: Sequence[str], tell: Callable[[Row], Any]) -> Response:
    """The page of `rows` that was asked for, each as `tell` gives it; `order` ends in the primary key."""
    page: KeysetPage[Row] = KeysetPage(rows, order=order, cursor=request.query_params.get("page"))
    return Response({"results": [tell(row) for row in page.items], "next": page.next_cursor})
