"""Writing: every verb of an opinion, one function each. Other capabilities import from here."""

from opinions.handling.services.answering import ANSWER_CLASSES, answer
from opinions.handling.services.assigning import (
    MOST_EXTENSION,
    TIERS,
    BulkResult,
    NothingToExtend,
    assign,
    assign_many,
    extend,
    recall,
    return_assignment,
    sign,
)
from opinions.handling.services.committee import ABOVE, end_handling, merge, relay, reopen, withdraw
from opinions.handling.services.common import Side, call, checked_text, news, side_of, standing_for
from opinions.handling.services.outcome import close_rated, lapse, send_to_rework
from opinions.handling.services.questions import ask, expire_supplies, expire_supply, supply
from opinions.handling.services.receiving import decline, take, transfer
from opinions.handling.services.replying import (
    NotComplete,
    content_of,
    give_co_opinion,
    issue_reply,
    report_back,
    save_draft,
    send_back,
    submit_for_approval,
    write_and_issue,
)
from opinions.handling.services.talking import NotToResident, say
from opinions.handling.services.templates import drop_template, save_template

__all__ = [
    "ABOVE", "ANSWER_CLASSES", "MOST_EXTENSION", "TIERS", "BulkResult", "NotComplete", "NotToResident",
    "NothingToExtend", "Side", "answer", "ask", "assign", "assign_many", "call", "checked_text",
    "close_rated", "content_of", "decline", "drop_template", "end_handling", "expire_supplies",
    "expire_supply", "extend", "give_co_opinion", "issue_reply", "lapse", "merge", "news", "recall", "relay",
    "reopen", "report_back", "return_assignment", "save_draft", "save_template", "say", "send_back",
    "send_to_rework", "side_of", "sign", "standing_for", "submit_for_approval", "supply", "take", "transfer",
    "withdraw", "write_and_issue",
]  # fmt: skip
