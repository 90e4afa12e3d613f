"""Measure how well a network reads, on MNIST and on what people draw, and whether it knows what is no digit.

    python -m model.measure evaluate                                  # the network in use, on mnist and redrawn
    python -m model.measure evaluate strokes --strokes strokes.npz    # real pens, by laboratory
    python -m model.measure evaluate --model data/runs/RUN --json
    python -m model.measure evaluate hands --help                     # do corrections teach it a hand?

The sets:

- ``mnist``: MNIST's test digits
- ``redrawn``: the centre lines of these, drawn again on the canvas with a round brush, in any place, size, slant and
  stroke width
- ``strokes``: digits that people wrote on tablets, drawn on the canvas in the same way. They are by the test writers,
  from whom no network of ours learned.
- ``not-digits``: drawings that are no digits, to see whether they are told from the digits of ``strokes``, or else of
  ``redrawn``
- ``numbers``: numbers on the canvas, composed of the test writers' digits, each by one writer, and of MNIST's test
  digits, redrawn; the whole number must be right. And how many single digits are taken for two.
- ``photos``: photographed pages. Of our own making, with the test writers' digits on blank, ruled and squared paper and
  in boxes; and those in the folder of ``--photos``, if given

All sets but ``mnist`` are prepared as the page prepares a drawing. A picture that is taken for blank counts as read
wrong.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import cv2
import numpy as np

from model.card import CheckpointError
from model.data.mnist import load_mnist
from model.data.redrawn import draw
from model.data.strokes import is_unreadable, load_strokes, select_clear_letters, select_digits, split_writers
from model.measure.numbers import NumberAnswer, evaluate_numbers, number_sheet, numbers_as_text
from model.measure.photos import PhotoAnswer, evaluate_photos, photo_sheet, photos_as_text
from model.measure.quality import (
    Answers,
    answer_drawn,
    answers_of,
    judge,
    mistakes_sheet,
    summarise,
    tell_apart,
)
from model.options import add_data
from model.predictor import Predictor
from model.runs.in_use import folder_in_use
from utils.files import load_arrays
from utils.metrics import reliability
from utils.pictures.charts import reliability_chart

SETS = ("mnist", "redrawn", "strokes", "not-digits", "numbers", "photos")
# Characters of Omniglot that anybody would read as a digit, and which. They were chosen by eye from a sheet of all. The
# score of each character was not known by then, but a sheet of what a network had taken for digits had been seen.
DIGITS_TO_THE_EYE = {
    "Early_Aramaic/character02": 9,
    "Early_Aramaic/character03": 7,
    "Early_Aramaic/character04": 4,
    "Early_Aramaic/character06": 4,
    "Early_Aramaic/character10": 7,
    "Early_Aramaic/character12": 6,
    "Early_Aramaic/character16": 0,
    "Early_Aramaic/character17": 7,
    "Early_Aramaic/character20": 4,
    "Korean/character21": 1,
    "Korean/character22": 7,
    "Korean/character33": 0,
}


def as_text(name: str, summary: dict) -> str:
    """Format the figures of a set for people."""
    if "parts" in summary:
        return photos_as_text(name, summary)
    if "taken_for_two" in summary:
        return numbers_as_text(name, summary)
    if "auroc" in summary:
        text = (
            f"{name}: {summary['n']:,} drawings against the {summary['digits']:,} digits of {summary['against']}\n"
            f"  AUROC {summary['auroc']:.2%}, FPR at 95 % TPR {summary['fpr95']:.2%}\n"
            f"  called a digit at the shipped threshold: {summary['called_digit']:.2%}\n"
        )
        if "clear" in summary:
            text += "\n" + as_text(f"{name}, without what is a digit to the eye", summary["clear"])
        return text
    low, high = summary["interval"]
    lines = [
        f"{name}: {summary['n']:,} digits",
        f"  accuracy {summary['accuracy']:.2%} (95 %: {low:.2%} to {high:.2%}), ECE {summary['ece']:.2%}",
        f"  called a digit: {summary['called_digit']:.2%}",
        "  recall   " + "  ".join(f"{digit}: {recall:.2%}" for digit, recall in summary["recall"].items()),
        "  confused " + "  ".join(f"{pair['was']} as {pair['said']}: {pair['count']}" for pair in summary["confused"]),
    ]
    for slice_name, parts in summary["slices"].items():
        shown = "  ".join(f"{part}: {figures['accuracy']:.2%} of {figures['n']:,}" for part, figures in parts.items())
        lines.append(f"  by {slice_name}:  {shown}")
    if "readable" in summary:
        figures = summary["readable"]
        lines.append(
            f"  without those that nobody can read: {figures['accuracy']:.2%} of {figures['n']:,}, ECE "
            f"{figures['ece']:.2%}, called a digit: {figures['called_digit']:.2%}"
        )
    return "\n".join(lines) + "\n"


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m model.measure evaluate", description=__doc__.split("\n")[0])
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"{', '.join(SETS)} (default: mnist redrawn)")
    parser.add_argument("--model", type=Path, metavar="RUN_OR_FILE", help="default: the one in use")
    add_data(parser)
    parser.add_argument("--not-digits", type=Path, metavar="PATH", help="an .npz with the arrays ink and name")
    parser.add_argument("--photos", type=Path, metavar="DIR", help="photographed pages, with truth.json")
    parser.add_argument("--seed", type=int, default=0, help="of the random place, size, slant and stroke width")
    parser.add_argument("--output", type=Path, metavar="DIR", help="write mistakes and reliability as pictures here")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    arguments = parser.parse_args(argv)
    arguments.sets = arguments.sets or ["mnist", "redrawn"]
    for name in arguments.sets:
        if name not in SETS:
            parser.error(f"there is no set {name!r}; expected {', '.join(SETS)}")
    return arguments


def load_not_digits(path: Path | None) -> tuple[np.ndarray, np.ndarray]:
    """Read drawings that are no digits: ink images, uint8 (n, height, width), and their names, str (n,)."""
    hint = (
        "Give a file with --not-digits PATH: an .npz with the arrays ink, uint8 (n, height, width), paper 0, ink 255, "
        "and name, a text for each."
    )
    if path is None:
        raise ValueError(f"No file of drawings that are no digits was given. {hint}")
    ink, names = load_arrays(path, ("ink", "name"), "file of drawings", hint).values()
    if ink.ndim != 3 or ink.dtype != np.uint8:
        raise ValueError(f"The array ink in {path} is {ink.dtype} {ink.shape}. {hint}")
    if names.shape != (len(ink),):
        raise ValueError(f"{path} has {len(ink):,} drawings and names {names.shape}; expected as many. {hint}")
    return ink, names.astype(str)


def write_pictures(
    answers: dict[str, Answers],
    others: dict[str, Answers],
    numbers: dict[str, list[NumberAnswer]],
    photos: dict[str, list[PhotoAnswer]],
    folder: Path,
) -> None:
    """Write pictures: the mistakes of each set, what is called a digit among the others, and the reliability."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, set_answers in answers.items():
        cv2.imwrite(
            str(folder / f"mistakes-{name}.png"), mistakes_sheet(set_answers, np.flatnonzero(~set_answers.right))
        )
    for name, set_answers in others.items():
        cv2.imwrite(
            str(folder / f"called-digit-{name}.png"),
            mistakes_sheet(set_answers, np.flatnonzero(set_answers.called_digit)),
        )
    for name, number_answers in numbers.items():
        cv2.imwrite(str(folder / f"mistakes-numbers-{name}.png"), number_sheet(number_answers))
    for name, photo_answers in photos.items():
        cv2.imwrite(str(folder / f"mistakes-photos-{name}.png"), photo_sheet(photo_answers))
    bins = {name: reliability(set_answers.confidences, set_answers.right) for name, set_answers in answers.items()}
    if bins:
        reliability_chart(bins).save(folder / "reliability.png", scale_factor=2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["hands"]:
        return int(import_module("model.measure.hands").main(argv[1:]))  # which loads Keras
    arguments = parse_arguments(argv)
    try:
        model = arguments.model or folder_in_use()
        predictor = Predictor(model.parent if model.is_file() else model)
        summaries = evaluate(arguments, predictor)
    except (ValueError, CheckpointError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(summaries) if arguments.json else "\n".join(map(as_text, summaries, summaries.values())))
    return 0


def evaluate(arguments: argparse.Namespace, predictor: Predictor) -> dict[str, dict]:
    """Measure on the sets asked for, and write pictures if asked to; return the figures of each set."""
    sets = {*arguments.sets}
    if sets == {"not-digits"}:
        sets |= {"redrawn"}  # the digits that they are to be told from
    mnist = load_mnist(arguments.mnist) if sets & {"mnist", "redrawn", "numbers"} else None
    of_test_writers = (
        split_writers(load_strokes(arguments.strokes))["test"] if sets & {"strokes", "numbers", "photos"} else None
    )
    test_strokes = of_test_writers if "strokes" in sets else None
    answers = judge(predictor, sets, mnist, test_strokes, arguments.seed)
    others: dict[str, Answers] = {}
    if test_strokes:
        letters = select_clear_letters(test_strokes)
        others["letters"] = answer_drawn(predictor, draw(letters.strokes, arguments.seed), letters.labels)
    if "not-digits" in sets:
        ink, names = load_not_digits(arguments.not_digits)
        predictions = [predictor.read(picture).prediction for picture in ink]
        others["not-digits"] = answers_of(predictions, ink, np.full(len(ink), -2))

    summaries = {name: summarise(set_answers) for name, set_answers in answers.items()}
    if test_strokes:
        readable = np.flatnonzero(~is_unreadable(select_digits(test_strokes)))
        summary = summarise(answers["strokes"].select(readable))
        summaries["strokes"]["readable"] = {name: summary[name] for name in ("n", "accuracy", "ece", "called_digit")}
    against = "strokes" if "strokes" in sets else "redrawn"
    summaries |= {name: tell_apart(answers[against], set_answers, against) for name, set_answers in others.items()}
    if test_strokes:
        clear = others["letters"].select(np.flatnonzero(~is_unreadable(letters)))
        summaries["letters"]["clear"] = tell_apart(answers[against], clear, against)
    if "not-digits" in sets:
        clear = others["not-digits"].select(np.flatnonzero(~np.isin(names, [*DIGITS_TO_THE_EYE])))
        summaries["not-digits"]["clear"] = tell_apart(answers[against], clear, against)
    numbers: dict[str, list[NumberAnswer]] = {}
    if "numbers" in sets:
        summaries["numbers"], numbers = evaluate_numbers(predictor, of_test_writers, mnist, arguments.seed)
    photos: dict[str, list[PhotoAnswer]] = {}
    if "photos" in sets:
        summaries["photos"], photos = evaluate_photos(predictor, of_test_writers, arguments.photos, arguments.seed)
    if arguments.output:
        write_pictures(answers, others, numbers, photos, arguments.output)
    return summaries
