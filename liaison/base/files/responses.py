"""Serving a stored file. The caller has checked that the user may see the record that it belongs to."""

from urllib.parse import quote

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseNotModified

from liaison.base.files.models import StoredFile

KEPT = 3600
"""Seconds that the person's own browser may keep it; no shared cache may."""


def file_response(request: HttpRequest, stored: StoredFile | None, *, thumbnail: bool = False) -> HttpResponseBase:
    """The file (or its thumbnail): images inline, everything else as a download. Raises Http404 when it is gone."""
    if stored is None:
        raise Http404
    held = stored.thumbnail if thumbnail and stored.thumbnail else stored.file
    etag = f'"{stored.sha256[:32]}{"-t" if thumbnail else ""}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    try:
        content = held.open("rb")
    except OSError as error:
        raise Http404 from error
    response = FileResponse(content, content_type=stored.content_type)
    how = "inline" if stored.is_image else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(stored.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={KEPT}"
    response["ETag"] = etag
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
