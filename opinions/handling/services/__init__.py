"""Writing: every verb of an opinion, one function each. Other capabilities import from here."""

from opinions.handling.content import MOST_POINTS, Content, Fault, Point, faults
from opinions.handling.services.answering import ANSWER_CLASSES, answer
from opinions.handling.services.assigning import (
    TIERS,
    BulkResult,
    GoesRound,
    assign,
    assign_many,
    recall,
    sign,
)
from opinions.handling.services.committee import end_handling, reopen, withdraw
from opinions.handling.services.common import Side, call, news, side_of, standing_for
from opinions.handling.services.expiring import expire_supplies
from opinions.handling.services.joint import add_co, join_streets
from opinions.handling.services.limits import (
    MOST_CO_DAYS,
    MOST_EXTENSION,
    NothingToExtend,
    ask_extension,
    extend,
    extension_days,
    refuse_extension,
    set_limit,
)
from opinions.handling.services.linking import has_accounts, send_link
from opinions.handling.services.merging import (
    AlreadyMerged,
    AlreadyReplied,
    NotToFollow,
    branch,
    follow,
    follow_token,
    followed,
    merge,
    unmerge,
)
from opinions.handling.services.moving import move_matters
from opinions.handling.services.outcome import close_rated, lapse, lapse_many, send_to_rework
from opinions.handling.services.promising import hear_of_promise, miss_promise
from opinions.handling.services.questions import ask, expire_supply, supply
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
from opinions.handling.services.returning import consent_return, object_to, refuse_return, return_assignment
from opinions.handling.services.settling import settle
from opinions.handling.services.talking import NotToResident, say
from opinions.handling.services.templates import drop_template, save_template
from opinions.handling.services.vacancies import hand_over, hand_over_vacant
from opinions.matters.services import checked_text

__all__ = [
    "ANSWER_CLASSES",
    "MOST_CO_DAYS",
    "MOST_EXTENSION",
    "MOST_POINTS",
    "TIERS",
    "AlreadyMerged",
    "AlreadyReplied",
    "BulkResult",
    "Content",
    "Fault",
    "GoesRound",
    "NotComplete",
    "NotToFollow",
    "NotToResident",
    "NothingToExtend",
    "Point",
    "Side",
    "add_co",
    "answer",
    "ask",
    "ask_extension",
    "assign",
    "assign_many",
    "branch",
    "call",
    "checked_text",
    "close_rated",
    "consent_return",
    "content_of",
    "decline",
    "drop_template",
    "end_handling",
    "expire_supplies",
    "expire_supply",
    "extend",
    "extension_days",
    "faults",
    "follow",
    "follow_token",
    "followed",
    "give_co_opinion",
    "hand_over",
    "hand_over_vacant",
    "has_accounts",
    "hear_of_promise",
    "issue_reply",
    "join_streets",
    "lapse",
    "lapse_many",
    "merge",
    "miss_promise",
    "move_matters",
    "news",
    "object_to",
    "recall",
    "refuse_extension",
    "refuse_return",
    "reopen",
    "report_back",
    "return_assignment",
    "save_draft",
    "save_template",
    "say",
    "send_back",
    "send_link",
    "send_to_rework",
    "set_limit",
    "settle",
    "side_of",
    "sign",
    "standing_for",
    "submit_for_approval",
    "supply",
    "take",
    "transfer",
    "unmerge",
    "withdraw",
    "write_and_issue",
]  # fmt: skip
