"""The web server's own refusals (an address too long, a header too large, a line that is no request) in our words.

They come before Django is asked, so they carry here the headers of security that Django gives to every other answer.
"""

from typing import Any

from gunicorn.workers.gthread import ThreadWorker

HEADERS = (
    "Connection: close",
    "Content-Type: text/html; charset=utf-8",
    "Cache-Control: no-store",
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options: nosniff",
    "X-Frame-Options: DENY",
    "Referrer-Policy: same-origin",
)
SENTENCES = {
    414: (
        "网址太长，打不开。请从首页重新进入，或少选几个条件。",
        "This address is too long. Please begin again from the front page.",
    ),
    431: (
        "浏览器带来的信息太多。请清除本站的 Cookie 后再试。",
        "The browser sent too much. Please delete this site's cookies.",
    ),
    500: ("系统出了意外，请过一会儿再试。", "Something went wrong. Please try again in a while."),
}
"""In both languages: which one the reader wants is not known yet."""
OTHERS = ("这个请求读不懂，请刷新页面再试。", "This request cannot be read. Please reload the page.")


class PlainWorker(ThreadWorker):
    """gunicorn's threaded worker, whose refusals read like the product's."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Let gunicorn judge and log; what it then writes is replaced on the way out."""
        super().handle_error(req, Replacing(client), addr, exc)


class Replacing:
    """A socket on which a refusal is written in our words; all else is the socket's own."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def sendall(self, refusal: bytes) -> None:
        """Send our page with the status of `refusal`."""
        self._client.sendall(page(refusal.split(b"\r\n", 1)[0].decode("latin-1")))


def page(status_line: str) -> bytes:
    """The whole answer to a status line such as `HTTP/1.1 414 URI Too Long`."""
    number = status_line.split(" ")[1]
    chinese, english = SENTENCES.get(int(number), OTHERS)
    body = (
        f'<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>{number}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body><h1>{chinese}</h1><p lang="en">{english}</p></body></html>'
    ).encode()
    head = "\r\n".join([status_line, *HEADERS, f"Content-Length: {len(body)}"])
    return f"{head}\r\n\r\n".encode("latin-1") + body
