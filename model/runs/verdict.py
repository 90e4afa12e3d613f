"""Whether a new network is better than the one in use: a sentence about the test parts that both were tried on."""

from dataclasses import dataclass
from math import sqrt

from model.card import Card
from utils.words import SET_TITLES, TestPart, in_a_row

TWO_SIDED_95 = 1.96  # standard deviations


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

    The advice is to use the new one if it reads a test part better and none worse, and was tried on every test part
    that the other was tried on.

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
    compared = new.accuracy.keys() & current.accuracy.keys()
    for name in (name for name in SET_TITLES if name in compared):
        gain = new.accuracy[name] - current.accuracy[name]
        if abs(gain) <= by_chance(new, current, name):
            alike.append(f"*{SET_TITLES[name]}*")
        else:
            (better if gain > 0 else worse).append(f"*{SET_TITLES[name]}* {100 * abs(gain):.1f} points")
    found = [(better, "better"), (worse, "worse"), (alike, "about as well")]
    reads = ", ".join(f"{in_a_row(parts)} {how}" for parts, how in found if parts)
    if not reads:
        return Verdict("The two were tried on no digits in common: draw with both on *Networks*.", use_it=False)
    if others := [f"*{title}*" for name, title in SET_TITLES.items() if name not in compared]:
        reads += f" (not compared: {in_a_row(others)})"
    untried = current.accuracy.keys() - new.accuracy.keys()
    if better and worse:
        advice = "use it if what it reads better matters more to you"
    elif better:
        advice = "draw with both on *Networks* before you use it" if untried else "use it"
    else:
        advice = "keep the current one"
    return Verdict(f"It reads {reads}: {advice}.", use_it=advice == "use it")


def by_chance(new: Card, current: Card, name: TestPart) -> float:
    """Return the difference that two equally good networks do not exceed, 19 times in 20, on a test part.

    It is computed as if each had read digits of its own (a difference of two proportions). On the same digits chance
    does less, so this errs on the side of "about as well".
    """
    variances = (card.accuracy[name] * (1 - card.accuracy[name]) / card.images[name] for card in (new, current))
    return TWO_SIDED_95 * sqrt(sum(variances))
