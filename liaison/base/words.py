"""Words for the search index: Chinese in overlapping pairs, so that every two-character word is found."""

import re
import unicodedata

_HAN = r"㐀-䶿一-鿿豈-﫿𠀀-𯨟"
LONGEST = 60
"""Letters and digits of one word; longer ones are cut into such pieces, since an index takes no word without end."""
_RUN = re.compile(rf"[{_HAN}]+|[a-z0-9]{{1,{LONGEST}}}")
_HAN_RUN = re.compile(rf"[{_HAN}]")
MOST = 6000
"""Most words kept of one text."""


def index_words(*texts: str) -> str:
    """The words of `texts` for the index, each once, separated by blanks; Han runs give pairs and their last one."""
    found: dict[str, None] = {}
    for text in texts:
        for run in _runs(text):
            found.update(dict.fromkeys([*_pairs(run), run[-1]] if _HAN_RUN.match(run) else [run]))
    return " ".join(list(found)[:MOST])


def query_words(text: str) -> list[tuple[str, bool]]:
    """The words that must all be found, as (word, is_prefix). One Han character finds every pair that it begins."""
    found: dict[tuple[str, bool], None] = {}
    for run in _runs(text):
        if not _HAN_RUN.match(run) or len(run) == 1:
            found[run, True] = None
        else:
            found.update({(pair, False): None for pair in _pairs(run)})
    return list(found)[:40]


def _runs(text: str) -> list[str]:
    return _RUN.findall(unicodedata.normalize("NFKC", text or "").lower())


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]
