"""Opening the screens of verbs in tests."""

from django.test import Client
from django.urls import reverse

from deputies.accounts.models import User
from opinions.matters.models import Matter
from tests.factories.accounts import sign_in

ELSEWHERE = {"raise": "proposals", "unlink": "proposals", "relay": "relays"}
"""Verbs whose screens stand with another capability."""


def place(verb: str, matter: Matter) -> str:
    return reverse(f"{ELSEWHERE.get(verb, 'handling')}:{verb}", args=[matter.code])


def browser(user: User) -> Client:
    return sign_in(Client(), user)


def points(**changes: str) -> dict[str, str]:
    """A complete posted reply with one filled row and one blank one."""
    return {
        "count": "2", "text": "已查看现场。", "reply_class": "A", "version": "0",
        "p0-problem": "灯不亮", "p0-measure": "更换灯头", "p0-person": "李四", "p0-due_on": "2030-01-02",
        "p1-problem": "", "p1-measure": "", "p1-person": "", "p1-due_on": "", **changes,
    }  # fmt: skip
