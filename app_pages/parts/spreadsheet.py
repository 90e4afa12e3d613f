"""Readings as a table for spreadsheets: CSV, a row for each picture."""

import csv
import io
from collections.abc import Iterable

from model.litert import DIGITS
from model.predictor import Reading

COLUMNS = ["name", "digit", "confidence", "is_digit", *(f"probability_{digit}" for digit in range(DIGITS)), "problem"]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def readings_as_csv(readings: Iterable[tuple[str, Reading | str]]) -> bytes:
    """Write a row for each picture.

    Parameters
    ----------
    readings : iterable of (str, Reading or str)
        A picture's name, and its reading or why it cannot be read.

    Returns
    -------
    bytes
        CSV in UTF-8, with the byte order mark by which Excel recognises it. A picture that was not read has a sentence
        in `problem` instead of figures. A ``'`` is put before a name that a spreadsheet would take for a formula
        (OWASP, *CSV Injection*).
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for name, reading in readings:
        safe_name = f"'{name}" if name.startswith(FORMULA_STARTS) else name
        writer.writerow({"name": safe_name} | _figures(reading))
    return text.getvalue().encode("utf-8-sig")


def _figures(reading: Reading | str) -> dict[str, object]:
    if isinstance(reading, str):
        return {"problem": reading}
    if (prediction := reading.prediction) is None:
        return {"problem": reading.blank}
    return {
        "digit": prediction.label,
        "confidence": f"{prediction.confidence:.6f}",
        "is_digit": prediction.is_digit,
        **{f"probability_{digit}": f"{value:.6f}" for digit, value in enumerate(prediction.probabilities)},
    }
