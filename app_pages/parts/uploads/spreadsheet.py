"""Readings as a table for spreadsheets: CSV, a row for each digit."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import groupby

from model.litert import DIGITS
from model.predictor import Digit, Reading

PROBABILITIES = [f"probability_{digit}" for digit in range(DIGITS)]
COLUMNS = ["name", "line", "position", "digit", "confidence", "is_digit", *PROBABILITIES, "problem"]
NOTHING_FOUND = "No digits were found."
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def readings_as_csv(pictures: Iterable[tuple[str, list[Digit], str]]) -> bytes:
    """Write a row for each digit.

    Parameters
    ----------
    pictures : iterable of (str, list of Digit, str)
        A picture's name, what was found in it, and why it cannot be read: empty if it can.

    Returns
    -------
    bytes
        CSV in UTF-8, with the byte order mark by which Excel recognises it. Line and position count from 1. A picture
        without digits has a row with a sentence in `problem` instead of figures. A ``'`` is put before a name that a
        spreadsheet would take for a formula (OWASP, *CSV Injection*).
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for name, digits, problem in pictures:
        of_picture = {"name": f"'{name}" if name.startswith(FORMULA_STARTS) else name}
        if not digits:
            writer.writerow(of_picture | {"problem": problem or NOTHING_FOUND})
        for line, position, digit in in_places(digits):
            writer.writerow(of_picture | {"line": line, "position": position} | _figures(digit.reading))
    return text.getvalue().encode("utf-8-sig")


def in_places(digits: list[Digit]) -> Iterator[tuple[int, int, Digit]]:
    """Go through the digits with their lines and their positions in these, both counted from 1."""
    for line, of_line in groupby(digits, key=lambda digit: digit.line):
        for position, digit in enumerate(of_line, 1):
            yield line + 1, position, digit


def _figures(reading: Reading) -> dict[str, object]:
    if (prediction := reading.prediction) is None:
        return {"problem": reading.blank}
    return {
        "digit": prediction.label,
        "confidence": f"{prediction.confidence:.6f}",
        "is_digit": prediction.is_digit,
        **dict(zip(PROBABILITIES, (f"{value:.6f}" for value in prediction.probabilities), strict=True)),
    }
