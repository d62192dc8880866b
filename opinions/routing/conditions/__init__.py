"""What a routing rule can ask of an opinion: conditions as small records, without a database.

A condition is kept as JSON, `{"kind": "channel_in", "values": ["qr"]}`, in a group that says how its conditions are
combined. One that is unknown or broken is never skipped: reading it raises BrokenCondition, which says in the user's
words what is wrong with it.
"""

from opinions.routing.conditions.base import (
    LONGEST_WORD,
    MOST_VALUES,
    BrokenCondition,
    Condition,
    Facts,
    Held,
    InTree,
    Moment,
    Names,
    Node,
    OneOf,
    SimilarAsk,
    YesNo,
)
from opinions.routing.conditions.groups import (
    MOST_GROUPS,
    Group,
    GroupHeld,
    cheap_first,
    joined,
    read_condition,
    read_group,
    read_groups,
)
from opinions.routing.conditions.kinds import (
    CategoryIn,
    ChannelIn,
    DeputyActive,
    DeputyAddressed,
    DivisionWithin,
    LevelIn,
    ReachIn,
    UrgencyIn,
    WishIn,
)
from opinions.routing.conditions.likeness import SimilarCount, Within
from opinions.routing.conditions.moments import DayKind, RaisedAt, clock
from opinions.routing.conditions.words import Keywords, Mode

__all__ = [
    "LONGEST_WORD", "MOST_GROUPS", "MOST_VALUES", "BrokenCondition", "CategoryIn", "ChannelIn", "Condition", "DayKind",
    "DeputyActive", "DeputyAddressed", "DivisionWithin", "Facts", "Group", "GroupHeld", "Held", "InTree", "Keywords",
    "LevelIn", "Mode", "Moment", "Names", "Node", "OneOf", "RaisedAt", "ReachIn", "SimilarAsk", "SimilarCount",
    "UrgencyIn", "WishIn", "Within", "YesNo", "cheap_first", "clock", "joined", "read_condition", "read_group",
    "read_groups",
]  # fmt: skip
