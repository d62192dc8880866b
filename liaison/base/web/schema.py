"""The description of the interface for programs (OpenAPI), which drf-spectacular makes when somebody asks for it.

Its generator brings Django's test client, a unit test framework and a class per view: megabytes in each web process,
for a page that few open. So a view only keeps what is said of it; `describe` hands that over.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase

from liaison.base.later import later

View = TypeVar("View", bound=Callable[..., Any])
Endpoint = tuple[str, str, str, Any]
"""Path, its pattern, method, view."""
generator, utils, views = (later(f"drf_spectacular.{name}") for name in ("openapi", "utils", "views"))
_describing = Lock()


def extend_schema(**said: Any) -> Callable[[View], View]:
    """drf-spectacular's decorator of the same name, for what `api_view` made."""

    def keep(view: View) -> View:
        view.__dict__.setdefault("said", []).append(said)
        return view

    return keep


def describe(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Tell the generator of each view what was said of it, once (a PREPROCESSING_HOOK)."""
    with _describing:
        for *_where, view in endpoints:
            if not isinstance(view.cls.schema, generator.AutoSchema):
                view.cls.kwargs = {"schema": generator.AutoSchema}
                for said in view.__dict__.get("said", ()):
                    utils.extend_schema(**said)(view)
                view.cls.schema = generator.AutoSchema()
    return endpoints


def document(request: HttpRequest) -> HttpResponseBase:
    """The description itself, as YAML or JSON."""
    answer: HttpResponseBase = views.SpectacularAPIView.as_view()(request)
    return answer


def page(request: HttpRequest, *, document: str, template: str) -> HttpResponseBase:
    """The page that shows the description found at the address called `document`."""
    shown = views.SpectacularSwaggerSplitView.as_view(url_name=document, template_name=template)
    answer: HttpResponseBase = shown(request)
    return answer
