"""The few errors that users meet; every other module raises these or something that is a bug.

Imports nothing of ours, so that each layer can name the thing, the place and the mend.
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says where there is no room."""
SHOWN = 24
"""Names that a message lists at most."""


class InputError(ValueError):
    """What the user gave cannot be used: one sentence saying what, where and how to mend it."""


class DiskFull(InputError):
    """No room for what is to be written."""

    def __init__(self, place: object) -> None:
        super().__init__(f"{place}: the disk is full; nothing was changed, make room and run again")
        self.place = str(place)

    def __reduce__(self) -> tuple[type[DiskFull], tuple[str]]:
        return type(self), (self.place,)


class EngineLost(Exception):
    """The workers that compute are gone for good: the run ends, and earlier results stay as they were."""


class Refused(Exception):
    """A step that these data cannot carry: the reason, and the way out where there is one.

    The step is reported with its reason in its place, in English or Chinese; the other steps go on.
    """

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh or en


class NotNeeded(Refused):
    """A step that has nothing to add for these data: it is left out without more ado."""


class NothingToDraw(InputError):
    """A figure for which these results hold nothing: left out of a report without more ado."""


class NotDrawn(InputError):
    """A figure that cannot carry these data: a report leaves it out and says why, in English or Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


class AccordWarning(UserWarning):
    """Something a careful colleague would point out; the computation goes on."""


@contextmanager
def room_on_disk(place: object) -> Iterator[None]:
    """A disk that fills while the block writes is bad input; it is not for one step to fail by."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(place) from error
        raise


def nearest(word: str, allowed: Iterable[str]) -> str:
    """The hint that ends a message about an unknown name: the nearest allowed one, and all of them.

    Examples
    --------
    >>> nearest("entrpy", ["entropy", "equal"])
    'did you mean "entropy"? Allowed: entropy, equal.'
    >>> nearest("GDP", ["gdp", "so2"])
    'did you mean "gdp"? Allowed: gdp, so2.'
    """
    names = [str(name) for name in allowed]
    folded = {name.casefold(): name for name in reversed(names)}
    close = [folded[name] for name in get_close_matches(str(word).casefold(), folded, n=1, cutoff=0.6)]
    hint = f'did you mean "{brief(close[0])}"? ' if close else ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{hint}Allowed: {', '.join(map(brief, names[:SHOWN]))}{more}."


def one_line(text: object) -> str:
    r"""A text on one line, control characters escaped, so that data cannot steer a terminal.

    Examples
    --------
    >>> print(one_line("a\tb"))
    a\tb
    """
    escaped = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join(c.encode("unicode_escape").decode("ascii") if category(c) in escaped else c for c in str(text))


def brief(text: object, limit: int = 60) -> str:
    """A user's text as a message shows it: on one line, cut where it is long.

    Examples
    --------
    >>> brief("x" * 100, limit=5)
    'xxxxx...'
    """
    shown = one_line(text)
    return shown if len(shown) <= limit else f"{shown[:limit]}..."
