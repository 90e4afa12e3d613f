"""Read pictures with the network in use, and print a line of JSON for each.

    python -m model.predict seven.png photo.jpg
    find scans -name '*.png' | python -m model.predict -
    python -m model.predict --table scans/*.png
    python -m model.predict --number note.jpg

A line is ``{"path", "label", "confidence", "probabilities": [10], "is_digit": true, "blank": false}``. The ten
probabilities hold if the picture is a digit; ``is_digit`` says whether it looks like one. For blank paper, label,
confidence and probabilities are null and ``is_digit`` is false. A file that cannot be read gets ``{"path", "error"}``:
the others are still read, and the exit status is 1 at the end. The names on standard input may have Windows line ends.

With ``--number``, a picture may hold many digits, in lines. Its line is ``{"path", "text": "2026", "lines": ["2026"],
"digits": [{"label", "confidence", "probabilities": [10], "is_digit", "line", "box": [x, y, width, height]}]}``. What is
no digit is in ``digits``, but not in ``text``. Lines count from 0; boxes are in pixels of the ink image, which
``utils.image.load_image`` makes of the picture.
"""

import argparse
import io
import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from model.card import CheckpointError
from model.numbers.locate import get_locator
from model.predictor import Predictor, Reading, number_text
from model.runs.in_use import folder_in_use
from utils.image import load_image
from utils.words import percent


def read_files(paths: Iterable[str], predictor: Predictor) -> Iterator[dict[str, Any]]:
    """Read the files one after the other; yield the result of each, as its line of JSON has it."""
    for path in paths:
        try:
            reading = predictor.read(load_image(path))
        except ValueError as error:
            yield {"path": path, "error": str(error)}
            continue
        yield {
            "path": path,
            **_figures(reading),
            "blank": bool(reading.blank),
        }


def read_numbers(paths: Iterable[str], predictor: Predictor) -> Iterator[dict[str, Any]]:
    """Read the numbers in the files one after the other; yield the result of each, as its line of JSON has it."""
    for path in paths:
        try:
            digits = predictor.read_number(load_image(path))
        except ValueError as error:
            yield {"path": path, "error": str(error)}
            continue
        text = number_text(digits)
        found = [
            {**_figures(digit.reading), "line": digit.line, "box": [*digit.box]}
            for digit in digits
            if digit.reading.prediction
        ]
        yield {"path": path, "text": text, "lines": text.splitlines(), "digits": found}


def _figures(reading: Reading) -> dict[str, Any]:
    prediction = reading.prediction
    return {
        "label": prediction and prediction.label,
        "confidence": prediction and round(prediction.confidence, 6),
        "probabilities": prediction and [round(float(value), 6) for value in prediction.probabilities],
        "is_digit": bool(prediction and prediction.is_digit),
    }


def as_table_row(result: dict[str, Any]) -> str:
    """Format a result as a row of the table."""
    if "error" in result:
        return f"   ?  {'':>8}  {result['path']}: {result['error']}"
    if "lines" in result:
        sure = [digit["confidence"] for digit in result["digits"] if digit["is_digit"]]
        return f"   {' '.join(result['lines']) or '-'}  {percent(min(sure)) if sure else 'no digits'}  {result['path']}"
    if result["blank"]:
        return f"   -  {'blank':>8}  {result['path']}"
    if not result["is_digit"]:
        return f"   -  {'no digit':>8}  {result['path']}"
    return f"   {result['label']}  {percent(result['confidence']):>8}  {result['path']}"


def names_from_stdin() -> Iterator[str]:
    """Read file names from standard input, one a line, as they come."""
    for line in sys.stdin.buffer:
        if name := line.rstrip(b"\r\n"):
            yield os.fsdecode(name)  # names are bytes, and not all of them are UTF-8


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m model.predict", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("files", nargs="+", metavar="FILE", help="a picture; - reads names from standard input")
    parser.add_argument("--table", action="store_true", help="a table for people instead of JSON lines")
    parser.add_argument("--number", action="store_true", help="whole numbers, in lines, instead of one digit a picture")
    arguments = parser.parse_args(argv)
    try:
        predictor = Predictor(folder_in_use())
        if arguments.number:
            get_locator()
    except CheckpointError as error:
        print(error, file=sys.stderr)
        return 1
    names = (name for file in arguments.files for name in (names_from_stdin() if file == "-" else [file]))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # characters that the terminal cannot show
    failed = False
    try:
        for result in (read_numbers if arguments.number else read_files)(names, predictor):
            failed |= "error" in result
            print(as_table_row(result) if arguments.table else json.dumps(result), flush=True)
    except OSError as error:
        print(f"The results cannot be written: {error.strerror}.", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python tries once more at exit
        return 1
    return int(failed)


if __name__ == "__main__":
    # Like other commands, it ends silently on Ctrl-C, and when nobody reads its output any more (`| head`).
    for number in (signal.SIGPIPE, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    sys.exit(main())
