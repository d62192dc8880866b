"""From ties between pairs to groups, by average linkage. Pure; no database.

Two groups become one while the mean of the ties between all their members is high enough; a pair without a tie counts
as nothing. So a chain of neighbours (a like b, b like c, …) does not become one group, as single linkage would make it.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

TOGETHER = 0.3
"""Least mean score of the ties in a group; by cross-validation over incidents (ADR 0012)."""


@dataclass(frozen=True, order=True)
class Tie:
    """Two members that are alike; `score` lies between 0 and 1."""

    one: int
    other: int
    score: float


def groups_of(ties: Iterable[Tie], *, together: float = TOGETHER) -> list[list[int]]:
    """Groups of two or more members, each sorted, by their first member. The order of the ties makes no difference."""
    links = _links(ties)
    members = {one: [one] for one in links}
    waiting = [(-score, one, other) for one, row in links.items() for other, score in row.items() if one < other]
    heapq.heapify(waiting)
    while waiting:
        mean, one, other = heapq.heappop(waiting)
        if -mean < together:
            break
        if one in members and other in members and _mean(links, members, one, other) == -mean:
            _join(links, members, one, other)
            for third in links[one]:
                pair = (min(one, third), max(one, third))
                heapq.heappush(waiting, (-_mean(links, members, *pair), *pair))
    return sorted(sorted(group) for group in members.values() if len(group) > 1)


def _links(ties: Iterable[Tie]) -> dict[int, dict[int, float]]:
    """The best score of each pair, both ways."""
    links: dict[int, dict[int, float]] = defaultdict(dict)
    for tie in ties:
        if tie.one != tie.other:
            best = max(tie.score, links[tie.one].get(tie.other, 0.0))
            links[tie.one][tie.other] = links[tie.other][tie.one] = best
    return links


def _mean(links: dict[int, dict[int, float]], members: dict[int, list[int]], one: int, other: int) -> float:
    return links[one].get(other, 0.0) / (len(members[one]) * len(members[other]))


def _join(links: dict[int, dict[int, float]], members: dict[int, list[int]], one: int, other: int) -> None:
    """Take `other` into `one`: sums of scores add up, so that means stay exact."""
    members[one] += members.pop(other)
    for third, score in links.pop(other).items():
        del links[third][other]
        if third != one:
            links[one][third] = links[third][one] = links[one].get(third, 0.0) + score
