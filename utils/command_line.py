"""What the commands share in reading their command lines with `argparse`."""

import argparse
from collections.abc import Callable, Iterable
from difflib import get_close_matches


class HelpFormatter(argparse.ArgumentDefaultsHelpFormatter):
    """Adds each option's default to its help, where the option has one: neither None nor a switch's False."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default is None or action.default is False:
            return action.help
        return super()._get_help_string(action)


def one_of(names: Iterable[str]) -> Callable[[str], str]:
    """Make a type for `argparse` that takes one of these names; for another, its error offers the nearest.

    Examples
    --------
    >>> one_of(["reader", "lenet5"])("raeder")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: there is no 'raeder'; did you mean 'reader'? There are reader, lenet5
    """
    names = list(names)

    def check(name: str) -> str:
        if name in names:
            return name
        near = get_close_matches(name, names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise argparse.ArgumentTypeError(f"there is no {name!r}{hint} There are {', '.join(names)}")

    return check
