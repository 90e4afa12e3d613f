"""Probabilities, times and names in words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import mean, stdev
from typing import Literal

import numpy as np

from utils.files import printable

TestPart = Literal["strokes", "redrawn", "mnist"]  # what networks are tested on
# What matters most to people comes first.
SET_TITLES: dict[TestPart, str] = {"strokes": "People’s drawings", "redrawn": "MNIST redrawn", "mnist": "MNIST"}
SET_DESCRIPTIONS: dict[TestPart, str] = {
    "strokes": (
        "What people wrote with a pen on a tablet, drawn on the canvas in any place, size and stroke width. The "
        "network learned nothing from these people. Source: UNIPEN (Guyon et al., 1994), CC BY 4.0."
    ),
    "redrawn": (
        "The lines of MNIST’s test digits, drawn on the canvas with a round brush in any place, size, slant and stroke "
        "width. The network was trained on none of them."
    ),
    "mnist": (
        "MNIST’s test images themselves: scanned handwriting of Americans in the 1990s. The network was trained on "
        "none of them."
    ),
}
NOT_MEASURED = "not measured here"


def percent(probability: float) -> str:
    """Format a probability as people read it: never as "100 %" or "0 %", which it only nearly is.

    Examples
    --------
    >>> percent(0.9731), percent(0.99996), percent(1.0), percent(0.0004)
    ('97.3 %', '> 99.9 %', '> 99.9 %', '< 0.1 %')
    """
    if probability > 0.999:
        return "> 99.9 %"
    if probability < 0.001:
        return "< 0.1 %"
    return f"{probability:.1%}".replace("%", " %")


def accuracy_percent(share: float) -> str:
    """Format an accuracy with two decimal places: good readers differ by little.

    Examples
    --------
    >>> accuracy_percent(0.99653)
    '99.65 %'
    """
    return f"{share:.2%}".replace("%", " %")


def unbroken(figure: str) -> str:
    r"""Keep a figure and its unit in one line, in a narrow table.

    Examples
    --------
    >>> unbroken("99.65 %"), unbroken("not measured")
    ('99.65\xa0%', 'not measured')
    """
    return re.sub(r"(?<=\d) ", "\N{NO-BREAK SPACE}", figure)


def accuracies_by_title(accuracy: Mapping[str, float]) -> dict[str, str]:
    """Return the figure of every test part by its title; a part without one is said to be not measured.

    Examples
    --------
    >>> accuracies_by_title({"mnist": 0.99653, "redrawn": 0.98})
    {'People’s drawings': 'not measured here', 'MNIST redrawn': '98.00 %', 'MNIST': '99.65 %'}
    """
    return {
        title: accuracy_percent(accuracy[name]) if name in accuracy else NOT_MEASURED
        for name, title in SET_TITLES.items()
    }


def counted(number: float, noun: str) -> str:
    """Put a number before a noun, which gets an "s" unless the number is one.

    Examples
    --------
    >>> counted(1, "epoch"), counted(0.5, "epoch"), counted(1_234_567, "picture")
    ('1 epoch', '0.5 epochs', '1,234,567 pictures')
    """
    return f"{number:,.12g} {noun}{'s' if number != 1 else ''}"


def in_a_row(names: Sequence[str]) -> str:
    """List names as people do.

    Examples
    --------
    >>> in_a_row(["Ann"]), in_a_row(["Ann", "Bob", "Eve"])
    ('Ann', 'Ann, Bob and Eve')
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def duration(seconds: float) -> str:
    """Say how long something takes, as roughly as people do.

    Examples
    --------
    >>> duration(0.4), duration(40), duration(100), duration(2730), duration(9000)
    ('1 second', '40 seconds', '2 minutes', '46 minutes', '2.5 hours')
    """
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    if seconds < 5400:
        return counted(round(seconds / 60), "minute")
    return counted(round(seconds / 3600, 1), "hour")


def run_title(network: str, epochs: int, folder: str, now: datetime) -> str:
    """Name a run by its network, its epochs and when it was begun (`when_begun`).

    Examples
    --------
    >>> run_title("cnn", 3, "2026-11-20T22-05-00", datetime.fromisoformat("2026-11-20T23:30+00:00"))
    'cnn, 3 epochs, today 22:05'
    """
    return f"{network}, {counted(epochs, 'epoch')}, {when_begun(folder, now)}"


def when_begun(folder: str, now: datetime) -> str:
    """Say when a run was begun, on the reader's clock.

    Parameters
    ----------
    folder : str
        The run folder's name: the time in UTC. Any other name is returned as it is.
    now : datetime
        The present time, with the reader's time zone.

    Examples
    --------
    >>> now = datetime.fromisoformat("2026-11-21T00:30+02:00")
    >>> [when_begun(folder, now) for folder in ("2026-11-20T22-05-00", "2026-11-20T21-05-00-2", "mine")]
    ['today 00:05', 'yesterday 23:05', 'mine']
    >>> [when_begun(folder, now) for folder in ("2026-11-12T12-05-00", "2025-02-01T12-00-00")]
    ['12 Nov 14:05', '1 Feb 2025 14:00']
    """
    try:
        begun = datetime.strptime(folder[:19], "%Y-%m-%dT%H-%M-%S").replace(tzinfo=UTC).astimezone(now.tzinfo)
    except ValueError:
        return printable(folder)
    days = {now.date(): "today", now.date() - timedelta(days=1): "yesterday"}
    date = f"{begun.day} {begun:%b}{'' if begun.year == now.year else f' {begun.year}'}"
    return f"{days.get(begun.date(), date)} {begun:%H:%M}"


def reason(error: BaseException) -> str:
    """Return in a line why an error of a file or a database was raised, in the words of the system or the database.

    Examples
    --------
    >>> reason(PermissionError(13, "Permission denied", "studies.db"))
    'Permission denied'
    """
    while error.__cause__:
        error = error.__cause__
    return getattr(error, "strerror", None) or str(error).partition("\n")[0]


def as_markdown(text: str) -> str:
    r"""Escape what people wrote, so that Streamlit's Markdown shows it letter by letter.

    Examples
    --------
    >>> print(as_markdown("*my* net <b>, 14:05"))
    \*my\* net \<b\>, 14:05
    """
    escaped = re.sub(r"([\\`*_{}\[\]<>()#+!|~$&-])", r"\\\1", text)
    # Streamlit looks for ":smile:" and "www.…" after it has removed the escapes. An invisible letter on both sides of
    # the sign hides them. It is put nowhere else, so that a command such as "python train.py" can be copied.
    return re.sub(r"(?<!\d):|:(?!\d)|@|(?<=www)\.", "\N{WORD JOINER}\\g<0>\N{WORD JOINER}", escaped, flags=re.I)


def in_words(probabilities: np.ndarray) -> str:
    """Say in a sentence what the bar chart of ten probabilities shows.

    Parameters
    ----------
    probabilities : ndarray of float, shape (10,)
        From 0 to 1, for each digit.

    Examples
    --------
    >>> in_words(np.array([0, 0, 0, 0, 0.61, 0, 0, 0, 0, 0.39]))
    'Most likely a 4 (61.0 %), next a 9 (39.0 %).'
    """
    first, second = (int(digit) for digit in np.argsort(-probabilities, kind="stable")[:2])
    return (
        f"Most likely {a_digit(first)} ({percent(float(probabilities[first]))}), "
        f"next {a_digit(second)} ({percent(float(probabilities[second]))})."
    )


def best_guess(label: int) -> str:
    """Say which digit it would be, if it were one.

    Examples
    --------
    >>> best_guess(8)
    'If it is meant as one, the best guess is an 8.'
    """
    return f"If it is meant as one, the best guess is {a_digit(label)}."


def which_of(digits: Iterable[int]) -> str:
    """Ask which of several digits it is; name a single one.

    Examples
    --------
    >>> which_of([4, 9]), which_of([1, 2, 7]), which_of([4])
    ('4 or 9?', '1, 2 or 7?', '4')
    """
    *others, last = map(str, digits)
    return f"{', '.join(others)} or {last}?" if others else last


def who_says_what(answers: dict[str, str]) -> dict[str, list[str]]:
    """Group names by the answer that they give; the answer that the fewest give comes first.

    Examples
    --------
    >>> who_says_what({"Ann": "4", "Bob": "9", "Eve": "4"})
    {'9': ['Bob'], '4': ['Ann', 'Eve']}
    """
    groups: dict[str, list[str]] = {}
    for who, answer in answers.items():
        groups.setdefault(answer, []).append(who)
    return dict(sorted(groups.items(), key=lambda group: len(group[1])))


def a_digit(digit: int) -> str:
    """Name a digit with its article.

    Examples
    --------
    >>> a_digit(8), a_digit(1)
    ('an 8', 'a 1')
    """
    return f"an {digit}" if digit == 8 else f"a {digit}"


def mean_and_spread(shares: Sequence[float]) -> str:
    """Write a mean ± standard deviation, in per cent; a single share alone.

    Examples
    --------
    >>> mean_and_spread([0.98, 1.0]), mean_and_spread([0.98])
    ('99.00 ± 1.41', '98.00')
    """
    spread = f" ± {100 * stdev(shares):.2f}" if len(shares) > 1 else ""
    return f"{100 * mean(shares):.2f}{spread}"
