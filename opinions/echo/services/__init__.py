"""What can be done with an echo: write, let somebody read, publish, take back."""

from opinions.echo.services.deciding import heed_consents, publish, send_back, take_back
from opinions.echo.services.drafting import DraftData, begin, drop, edit, settle, submit
from opinions.echo.services.picturing import black_out, check, choose

__all__ = [
    "DraftData",
    "begin",
    "black_out",
    "check",
    "choose",
    "drop",
    "edit",
    "heed_consents",
    "publish",
    "send_back",
    "settle",
    "submit",
    "take_back",
]
