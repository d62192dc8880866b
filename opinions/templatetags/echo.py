"""Whether what a page is about can be read on the echo wall."""

from django import template

from opinions.echo.queries import public_code
from opinions.matters.models import Matter

register = template.Library()


@register.simple_tag
def echo_of(*matters: Matter) -> str:
    """The code of the public entry of one of these matters, or nothing."""
    return public_code(*matters)
