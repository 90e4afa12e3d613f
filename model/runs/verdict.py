"""Whether a new network is better than the one in use: a sentence about the digits that both were tried on."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from model.card import Card, HeldBack
from utils.words import SET_TITLES, in_a_row

TWO_SIDED_95 = 1.96  # standard deviations
HELD_BACK_TITLE = "Held-back corrections"


@dataclass(frozen=True)
class Verdict:
    """What to make of a new network.

    Attributes
    ----------
    sentence : str
        The comparison and the advice, in Markdown.
    use_it : bool
        Whether the advice is to use the new network.
    """

    sentence: str
    use_it: bool


def judge(new: Card, current: Card) -> Verdict:
    """Compare a new network with the one in use.

    The advice is to use the new one if it reads a test part, or the corrections held back from it, better and nothing
    worse, and was tried on every test part that the other was tried on.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from model.card import SHIPPED, read_card
    >>> card = read_card(SHIPPED)
    >>> judge(replace(card, accuracy=card.accuracy | {"mnist": 0.99}), card).sentence
    'It reads *MNIST* 0.6 points worse, *People’s drawings* and *MNIST redrawn* about as well: keep the current one.'
    """
    better: list[str] = []
    worse: list[str] = []
    alike: list[str] = []
    compared = [name for name in SET_TITLES if name in new.accuracy and name in current.accuracy]
    shares = {
        SET_TITLES[name]: [(card.accuracy[name], card.images[name]) for card in (new, current)] for name in compared
    }
    held_back = held_back_from(new, current)
    if held_back:
        n = held_back.corrections
        shares[HELD_BACK_TITLE] = [(held_back.after / n, n), (held_back.before / n, n)]
    for title, both in shares.items():
        gain = both[0][0] - both[1][0]
        if abs(gain) <= by_chance(both):
            alike.append(f"*{title}*")
        else:
            (better if gain > 0 else worse).append(f"*{title}* {100 * abs(gain):.1f} points")
    found = [(better, "better"), (worse, "worse"), (alike, "about as well")]
    reads = ", ".join(f"{in_a_row(parts)} {how}" for parts, how in found if parts)
    if not reads:
        return Verdict("The two were tried on no digits in common: draw with both on *Networks*.", use_it=False)
    if others := [f"*{title}*" for name, title in SET_TITLES.items() if name not in compared]:
        reads += f" (not compared: {in_a_row(others)})"
    untried = current.accuracy.keys() - new.accuracy.keys()
    learned_unseen = new.corrections > 0 and not held_back  # no figure says what it learned from them
    if better and worse:
        advice = "use it if what it reads better matters more to you"
    elif (better and untried) or (learned_unseen and not worse):
        advice = "draw with both on *Networks* before you use it"
    elif better:
        advice = "use it"
    else:
        advice = "keep the current one"
    return Verdict(f"It reads {reads}: {advice}.", use_it=advice == "use it")


def held_back_from(new: Card, current: Card) -> HeldBack | None:
    """Return how the two read the corrections held back from the new one; None if that is not known of both."""
    held_back = new.held_back
    return held_back if held_back and held_back.before_sha256 == current.litert_sha256 else None


def by_chance(shares: Sequence[tuple[float, int]]) -> float:
    """Return the difference that two equally good networks do not exceed, 19 times in 20.

    It is computed as if each had read digits of its own (a difference of two proportions). On the same digits chance
    does less, so this errs on the side of "about as well".

    Parameters
    ----------
    shares : sequence of tuple
        For each network the share that it reads right, and of how many digits.
    """
    return TWO_SIDED_95 * sqrt(sum(share * (1 - share) / n for share, n in shares))
