"""Services that are one step."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from liaison.base.stamps import reading

P = ParamSpec("P")
R = TypeVar("R")


def step(service: Callable[P, R]) -> Callable[P, R]:
    """A service is one transaction, within which reference data are looked at once."""

    @wraps(service)
    def carried_out(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(), reading():
            return service(*args, **kwargs)

    return carried_out
