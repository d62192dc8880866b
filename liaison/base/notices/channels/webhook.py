"""Text messages and group robots over HTTP: SMS gateway, WeCom (企业微信), DingTalk (钉钉)."""

import base64
import hashlib
import hmac
import json
import time
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote_plus
from urllib.request import Request, urlopen

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from liaison.base.notices.channels import Refused, Unclear
from liaison.base.notices.models import Notice

TIMEOUT = 10
"""Seconds to wait for a gateway."""


def post(url: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
    """POST JSON and return the JSON answer. 4xx except 408 and 429 is Refused, an answer that did not come or cannot
    be read is Unclear; all else may be tried again."""
    if not url.startswith(("https://", "http://")):
        raise ImproperlyConfigured("A webhook address must begin with https://")
    data = json.dumps(body, ensure_ascii=False).encode()
    request = Request(url, data, {"Content-Type": "application/json", **(headers or {})})  # noqa: S310
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            return dict(json.loads(answer.read() or b"{}"))
    except HTTPError as error:
        if error.code in (408, 429) or error.code >= 500:
            raise
        raise Refused(f"HTTP {error.code}") from error
    except URLError:
        raise  # the request did not get through
    except (OSError, HTTPException, ValueError) as error:
        raise Unclear(str(error) or type(error).__name__) from error


def words(notice: Notice) -> str:
    """The notice as one text."""
    return "\n".join(part for part in (notice.subject, notice.body, notice.link) if part)


class Sms:
    """A gateway that takes {to, text, key} and drops a repeated key (`SMS_URL`, `SMS_TOKEN`)."""

    idempotent = True

    def send(self, notice: Notice) -> None:
        """Hand over one text message."""
        headers = {"Authorization": f"Bearer {settings.SMS_TOKEN}", "Idempotency-Key": notice.key}
        post(settings.SMS_URL, {"to": notice.address, "text": words(notice), "key": notice.key}, headers)


class WeCom:
    """A WeCom group robot (`WECOM_WEBHOOK`), mentioning the recipient."""

    idempotent = False

    def send(self, notice: Notice) -> None:
        """Post one text with a mention. Raises Refused when WeCom answers an error code."""
        text = {"content": words(notice), "mentioned_list": [notice.address]}
        _accepted(post(settings.WECOM_WEBHOOK, {"msgtype": "text", "text": text}))


class DingTalk:
    """A DingTalk group robot (`DINGTALK_WEBHOOK`, signed with `DINGTALK_SECRET`)."""

    idempotent = False

    def send(self, notice: Notice) -> None:
        """Post one signed text. Raises Refused when DingTalk answers an error code."""
        body = {"msgtype": "text", "text": {"content": words(notice)}, "at": {"atMobiles": [notice.address]}}
        _accepted(post(f"{settings.DINGTALK_WEBHOOK}{self._signature()}", body))

    def _signature(self) -> str:
        if not settings.DINGTALK_SECRET:
            return ""
        stamp = str(round(time.time() * 1000))
        digest = hmac.new(
            settings.DINGTALK_SECRET.encode(), f"{stamp}\n{settings.DINGTALK_SECRET}".encode(), hashlib.sha256
        )
        return f"&timestamp={stamp}&sign={quote_plus(base64.b64encode(digest.digest()))}"


def _accepted(answer: dict[str, Any]) -> None:
    if answer.get("errcode", 0) != 0:
        raise Refused(f"{answer.get('errcode')} {answer.get('errmsg', '')}"[:200])
