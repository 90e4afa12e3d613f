"""Measure how well a network reads, on MNIST and on what people draw, and whether it knows what is no digit.

    python -m model.evaluate                                  # the shipped network, on mnist and redrawn
    python -m model.evaluate strokes --strokes strokes.npz    # real pens, by laboratory
    python -m model.evaluate --model data/runs/RUN --json

The sets: ``mnist``, its test digits; ``redrawn``, their centre lines drawn again on the canvas with a round brush, any
place, size, slant and stroke width; ``strokes``, digits drawn likewise that people wrote on tablets (the test writers,
from whom no network of ours learned); ``not-digits``, drawings that are none: whether they are told from the digits of
``strokes``, or ``redrawn``. All but ``mnist`` go the whole way that a drawing on the page goes. A picture that is taken
for blank counts as read wrong.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from model.checkpoint import QUALITY_FILE, SHIPPED, CheckpointError
from model.dataset import Mnist, load_mnist, to_unit_range
from model.predictor import Prediction, Predictor
from model.skeleton import redraw
from model.strokes import (
    Characters,
    draw_at_random,
    is_unreadable,
    load_strokes,
    select_clear_letters,
    select_digits,
    split_writers,
)
from utils.arrays import load_arrays
from utils.charts import reliability_chart
from utils.metrics import auroc, expected_calibration_error, fpr_at_tpr, reliability, wilson_interval
from utils.runs import write_json

SETS = ("mnist", "redrawn", "strokes", "not-digits")
MAX_SLANT = 0.3
TILE_PX, COLUMNS, MAX_MISTAKES = 96, 12, 120


@dataclass(frozen=True)
class Answers:
    """What a network said of a set of pictures.

    Attributes
    ----------
    pictures : sequence of ndarray of uint8
        What it was given, paper 0, ink 255.
    labels : ndarray of int, shape (n,)
        What they are.
    said : ndarray of int, shape (n,)
        The digit read; −1 if the picture was taken for blank.
    confidences : ndarray of float, shape (n,)
        Of that; 0 if blank.
    scores : ndarray of float, shape (n,)
        That it is a digit at all; −∞ if blank.
    called_digit : ndarray of bool, shape (n,)
        Whether the score reaches the threshold.
    slices : dict of str to ndarray of str
        Ways to divide the set: for each picture the part it is in.
    """

    pictures: Sequence[np.ndarray]
    labels: np.ndarray
    said: np.ndarray
    confidences: np.ndarray
    scores: np.ndarray
    called_digit: np.ndarray
    slices: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def right(self) -> np.ndarray:
        """Which were read right."""
        return self.said == self.labels


def answers_of(
    predictions: Sequence[Prediction | None],
    pictures: Sequence[np.ndarray],
    labels: np.ndarray,
    slices: dict[str, np.ndarray] | None = None,
) -> Answers:
    """Collect predictions, None where the picture was taken for blank."""
    return Answers(
        pictures,
        labels,
        np.array([prediction.label if prediction else -1 for prediction in predictions]),
        np.array([prediction.confidence if prediction else 0.0 for prediction in predictions]),
        np.array([prediction.digit_score if prediction else -np.inf for prediction in predictions]),
        np.array([bool(prediction and prediction.is_digit) for prediction in predictions]),
        slices or {},
    )


def answer_mnist(predictor: Predictor, images: np.ndarray, labels: np.ndarray) -> Answers:
    """Let the network read MNIST's own images."""
    return answers_of(predictor.predict(to_unit_range(images)), images, labels.astype(int))


def answer_drawings(
    predictor: Predictor, characters: Characters, seed: int, max_slant: float = 0.0, **slices: np.ndarray
) -> Answers:
    """Draw characters at random and let the network read them, divided by how they were drawn as well.

    Parameters
    ----------
    predictor : Predictor
    characters : Characters
    seed : int
        Of place, size, slant and stroke width.
    max_slant : float
    **slices : ndarray of str
        Other ways to divide the set.
    """
    rng = np.random.default_rng(seed)
    drawings = [draw_at_random(strokes, rng, max_slant) for strokes in characters.strokes]
    labels = np.array([int(label) if label.isdecimal() else -2 for label in characters.labels])
    return answers_of(
        [predictor.read(drawing.ink).prediction for drawing in drawings],
        [drawing.ink for drawing in drawings],
        labels,
        slices
        | {
            "stroke width, px": in_ranges([drawing.brush_px for drawing in drawings], (6, 12, 18, 24, 31)),
            "size": in_ranges([drawing.size for drawing in drawings], (0.33, 0.5, 0.65, 0.8, 0.95)),
            "slant": in_ranges([drawing.slant for drawing in drawings], (-0.3, -0.1, 0.1, 0.3)),
        },
    )


def judge(predictor: Predictor, mnist: Mnist, strokes: Characters | None, seed: int = 0) -> dict[str, Answers]:
    """Let the network read the test digits: MNIST's, those redrawn, and people's strokes.

    Parameters
    ----------
    predictor : Predictor
    mnist : Mnist
    strokes : Characters or None
        Of test writers.
    seed : int
        Of place, size, slant and stroke width.

    Returns
    -------
    dict of str to Answers
        ``mnist``, ``redrawn`` and, if there are any, ``strokes``.
    """
    answers = {
        "mnist": answer_mnist(predictor, mnist.x_test, mnist.y_test),
        "redrawn": answer_drawings(predictor, redraw(mnist.x_test, mnist.y_test), seed, MAX_SLANT),
    }
    if strokes:
        digits = select_digits(strokes)
        answers["strokes"] = answer_drawings(predictor, digits, seed, laboratory=digits.sites)
    return answers


def in_ranges(values: Sequence[float], edges: Sequence[float]) -> np.ndarray:
    """Name for each value the range that it is in."""
    names = np.array([f"{low:g} – {high:g}" for low, high in pairwise(edges)])
    return names[np.clip(np.digitize(values, edges[1:-1]), 0, len(names) - 1)]


def by_number(part: str) -> tuple[float, str]:
    """Sort ranges by where they start, other names by the alphabet."""
    start = part.split(" – ")[0]
    return (float(start) if " – " in part else 0.0, part)


def summarise(answers: Answers) -> dict:
    """Work out the figures of a set."""
    right, n = answers.right, len(answers.labels)
    wrong_pairs, counts = np.unique(
        np.stack([answers.labels, answers.said], axis=1)[~right], axis=0, return_counts=True
    )
    most = np.argsort(-counts, kind="stable")[:8]
    return {
        "n": n,
        "accuracy": float(right.mean()),
        "interval": wilson_interval(int(right.sum()), n),
        "ece": expected_calibration_error(answers.confidences, right),
        "reliability": reliability(answers.confidences, right),
        "called_digit": float(answers.called_digit.mean()),
        "recall": {int(digit): float(right[answers.labels == digit].mean()) for digit in np.unique(answers.labels)},
        "confused": [
            {"was": int(wrong_pairs[i][0]), "said": int(wrong_pairs[i][1]), "count": int(counts[i])} for i in most
        ],
        "confusion": confusion_counts(answers).tolist(),
        "slices": {
            name: {
                str(part): {"n": int((parts == part).sum()), "accuracy": float(right[parts == part].mean())}
                for part in sorted(set(parts.tolist()), key=by_number)
            }
            for name, parts in answers.slices.items()
            if len(np.unique(parts)) > 1
        },
    }


def confusion_counts(answers: Answers) -> np.ndarray:
    """Count how often digit i (row) was read as j (column): int (10, 10). Blanks are in no column."""
    counts = np.zeros((10, 10), int)
    read = answers.said >= 0
    np.add.at(counts, (answers.labels[read], answers.said[read]), 1)
    return counts


def contact_sheet(answers: Answers, shown: np.ndarray) -> np.ndarray:
    """Show pictures, the surest first, each with "said (was) how sure".

    Parameters
    ----------
    answers : Answers
    shown : ndarray of int
        Indices of those to show; at most `MAX_MISTAKES` are.

    Returns
    -------
    ndarray of uint8, shape (height, width)
    """
    tiles = []
    for index in shown[np.argsort(-answers.confidences[shown], kind="stable")][:MAX_MISTAKES]:
        tile = cv2.resize(answers.pictures[index], (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA)
        said = "blank" if answers.said[index] < 0 else str(answers.said[index])
        was = answers.labels[index] if answers.labels[index] >= 0 else "none"
        caption = f"{said} ({was}) {answers.confidences[index]:.2f}"
        strip = cv2.putText(
            np.full((18, TILE_PX), 60, np.uint8), caption, (3, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 255, 1, cv2.LINE_AA
        )
        tiles.append(np.pad(np.vstack([tile, strip]), 2, constant_values=128))
    empty = np.full((TILE_PX + 22, TILE_PX + 4), 128, np.uint8)
    rows = max(1, -(-len(tiles) // COLUMNS))
    tiles += [empty] * (rows * COLUMNS - len(tiles))
    return np.vstack([np.hstack(tiles[row * COLUMNS : (row + 1) * COLUMNS]) for row in range(rows)])


def as_text(name: str, summary: dict) -> str:
    """Format the figures of a set for people."""
    if "auroc" in summary:
        return (
            f"{name}: {summary['n']:,} drawings against the {summary['digits']:,} digits of {summary['against']}\n"
            f"  AUROC {summary['auroc']:.2%}, FPR at 95 % TPR {summary['fpr95']:.2%}\n"
            f"  called a digit at the shipped threshold: {summary['called_digit']:.2%}\n"
        )
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
        lines.append(f"  without those that nobody can read: {figures['accuracy']:.2%} of {figures['n']:,}")
    return "\n".join(lines) + "\n"


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m model.evaluate", description=__doc__.split("\n")[0])
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"{', '.join(SETS)} (default: mnist redrawn)")
    parser.add_argument("--model", type=Path, default=SHIPPED, metavar="RUN_OR_FILE", help="default: the one in use")
    parser.add_argument(
        "--mnist", type=Path, metavar="PATH", help="mnist.npz; else MNIST_PATH, else Keras downloads it"
    )
    parser.add_argument("--strokes", type=Path, metavar="PATH", help="pen strokes; else STROKES_PATH")
    parser.add_argument("--not-digits", type=Path, metavar="PATH", help="an .npz with ink (n, height, width) uint8")
    parser.add_argument("--seed", type=int, default=0, help="of place, size, slant and stroke width")
    parser.add_argument("--output", type=Path, metavar="DIR", help="write mistakes and reliability as pictures here")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    arguments = parser.parse_args(argv)
    arguments.sets = arguments.sets or ["mnist", "redrawn"]
    for name in arguments.sets:
        if name not in SETS:
            parser.error(f"there is no set {name!r}; expected {', '.join(SETS)}")
    return arguments


def load_not_digits(path: Path | None) -> np.ndarray:
    """Read drawings that are no digits: ink images, uint8 (n, height, width)."""
    hint = "Give a file with --not-digits PATH: an .npz with the array ink, uint8 (n, height, width), paper 0, ink 255."
    if path is None:
        raise ValueError(f"No file of drawings that are no digits was given. {hint}")
    ink = load_arrays(path, ("ink",), "file of drawings", hint)["ink"]
    if ink.ndim != 3 or ink.dtype != np.uint8:
        raise ValueError(f"The array ink in {path} is {ink.dtype} {ink.shape}. {hint}")
    return ink


def tell_apart(digits: Answers, others: Answers, against: str) -> dict:
    """Work out how well the score tells the digits of a set from what is none."""
    return {
        "n": len(others.scores),
        "against": against,
        "digits": len(digits.scores),
        "auroc": auroc(digits.scores, others.scores),
        "fpr95": fpr_at_tpr(digits.scores, others.scores),
        "called_digit": float(others.called_digit.mean()),
    }


def write_quality(answers: dict[str, Answers], folder: Path) -> None:
    """Write what the page shows of a network beside it: ``quality.json``, and the mistakes that may be shown.

    Not those among people's strokes, whose file is not ours to hand out.
    """
    summaries = {name: summarise(of_set) for name, of_set in answers.items()}
    write_json(folder / QUALITY_FILE, summaries)
    for name in ("mnist", "redrawn"):
        cv2.imwrite(
            str(folder / f"mistakes-{name}.png"), contact_sheet(answers[name], np.flatnonzero(~answers[name].right))
        )


def write_pictures(answers: dict[str, Answers], others: dict[str, Answers], folder: Path) -> None:
    """Write the mistakes of each set, the others that are called a digit, and the reliability of all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, of_set in answers.items():
        cv2.imwrite(str(folder / f"mistakes-{name}.png"), contact_sheet(of_set, np.flatnonzero(~of_set.right)))
    for name, of_set in others.items():
        cv2.imwrite(
            str(folder / f"called-digit-{name}.png"), contact_sheet(of_set, np.flatnonzero(of_set.called_digit))
        )
    bins = {name: reliability(of_set.confidences, of_set.right) for name, of_set in answers.items()}
    reliability_chart(bins).save(folder / "reliability.png", scale_factor=2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    arguments = parse_arguments(argv)
    try:
        predictor = Predictor(arguments.model.parent if arguments.model.is_file() else arguments.model)
        summaries = evaluate(arguments, predictor)
    except (ValueError, CheckpointError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(summaries) if arguments.json else "\n".join(map(as_text, summaries, summaries.values())))
    return 0


def evaluate(arguments: argparse.Namespace, predictor: Predictor) -> dict[str, dict]:
    """Measure on the sets asked for; return the figures of each, and write pictures if asked to."""
    sets = {*arguments.sets}
    if sets == {"not-digits"}:
        sets |= {"redrawn"}  # the digits to tell them from
    answers: dict[str, Answers] = {}
    others: dict[str, Answers] = {}
    if sets & {"mnist", "redrawn"}:
        mnist = load_mnist(arguments.mnist)
    if "mnist" in sets:
        answers["mnist"] = answer_mnist(predictor, mnist.x_test, mnist.y_test)
    if "redrawn" in sets:
        answers["redrawn"] = answer_drawings(predictor, redraw(mnist.x_test, mnist.y_test), arguments.seed, MAX_SLANT)
    if "strokes" in sets:
        of_test_writers = split_writers(load_strokes(arguments.strokes))["test"]
        digits = select_digits(of_test_writers)
        answers["strokes"] = answer_drawings(predictor, digits, arguments.seed, laboratory=digits.sites)
        others["letters"] = answer_drawings(predictor, select_clear_letters(of_test_writers), arguments.seed)
    if "not-digits" in sets:
        ink = load_not_digits(arguments.not_digits)
        predictions = [predictor.read(picture).prediction for picture in ink]
        others["not-digits"] = answers_of(predictions, ink, np.full(len(ink), -2))

    summaries = {name: summarise(of_set) for name, of_set in answers.items()}
    if "strokes" in sets:
        readable = ~is_unreadable(digits)
        summaries["strokes"]["readable"] = {
            "n": int(readable.sum()),
            "accuracy": float(answers["strokes"].right[readable].mean()),
        }
    against = "strokes" if "strokes" in sets else "redrawn"
    summaries |= {name: tell_apart(answers[against], of_set, against) for name, of_set in others.items()}
    if arguments.output:
        write_pictures(answers, others, arguments.output)
    return summaries


if __name__ == "__main__":
    sys.exit(main())
