"""Measure how well a network reads, on MNIST and on what people draw.

    python -m model.evaluate                                  # the shipped network, on mnist and redrawn
    python -m model.evaluate strokes --strokes strokes.npz    # real pens, by laboratory
    python -m model.evaluate --model data/runs/RUN --json

The sets: ``mnist``, its test digits; ``redrawn``, their centre lines drawn again on the canvas with a round brush, any
place, size, slant and stroke width; ``strokes``, digits that people wrote on tablets, drawn likewise; ``not-digits``,
drawings that are no digits: how well the confidence tells them from those of ``strokes``, or ``redrawn``. All but
``mnist`` go the whole way that a drawing on the page goes. A picture that is taken for blank counts as read wrong.
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

from model.checkpoint import SHIPPED, CheckpointError
from model.dataset import load_mnist, to_unit_range
from model.predictor import Predictor
from model.strokes import Drawing, centre_lines, draw_at_random, load_strokes
from utils.arrays import load_arrays
from utils.charts import reliability_chart
from utils.metrics import auroc, expected_calibration_error, fpr_at_tpr, reliability, wilson_interval

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
    slices : dict of str to ndarray of str
        Ways to divide the set: for each picture the part it is in.
    """

    pictures: Sequence[np.ndarray]
    labels: np.ndarray
    said: np.ndarray
    confidences: np.ndarray
    slices: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def right(self) -> np.ndarray:
        """Which were read right."""
        return self.said == self.labels


def read_all(predictor: Predictor, pictures: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Read ink images; return the digits (−1 for blank) and the confidences (0 for blank)."""
    predictions = [predictor.read(ink).prediction for ink in pictures]
    said = np.array([prediction.label if prediction else -1 for prediction in predictions])
    return said, np.array([prediction.confidence if prediction else 0.0 for prediction in predictions])


def answer_mnist(predictor: Predictor, images: np.ndarray, labels: np.ndarray) -> Answers:
    """Let the network read MNIST's own images."""
    predictions = predictor.predict(to_unit_range(images))
    said = np.array([prediction.label for prediction in predictions])
    return Answers(images, labels, said, np.array([prediction.confidence for prediction in predictions]))


def answer_drawings(
    predictor: Predictor, drawings: Sequence[Drawing], labels: np.ndarray, slices: dict[str, np.ndarray]
) -> Answers:
    """Let the network read drawings, divided by how they were drawn as well."""
    slices = slices | {
        "stroke width, px": in_ranges([drawing.brush_px for drawing in drawings], (6, 12, 18, 24, 31)),
        "size": in_ranges([drawing.size for drawing in drawings], (0.33, 0.5, 0.65, 0.8, 0.95)),
        "slant": in_ranges([drawing.slant for drawing in drawings], (-0.3, -0.1, 0.1, 0.3)),
    }
    pictures = [drawing.ink for drawing in drawings]
    said, confidences = read_all(predictor, pictures)
    return Answers(pictures, labels, said, confidences, slices)


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
        "recall": {int(digit): float(right[answers.labels == digit].mean()) for digit in np.unique(answers.labels)},
        "confused": [
            {"was": int(wrong_pairs[i][0]), "said": int(wrong_pairs[i][1]), "count": int(counts[i])} for i in most
        ],
        "slices": {
            name: {
                str(part): {"n": int((parts == part).sum()), "accuracy": float(right[parts == part].mean())}
                for part in sorted(set(parts.tolist()), key=by_number)
            }
            for name, parts in answers.slices.items()
            if len(np.unique(parts)) > 1
        },
    }


def contact_sheet(answers: Answers) -> np.ndarray:
    """Show the mistakes, the surest first, each with "said (was) how sure".

    Returns
    -------
    ndarray of uint8, shape (height, width)
    """
    wrong = np.flatnonzero(~answers.right)
    wrong = wrong[np.argsort(-answers.confidences[wrong], kind="stable")][:MAX_MISTAKES]
    tiles = []
    for index in wrong:
        tile = cv2.resize(answers.pictures[index], (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA)
        said = "blank" if answers.said[index] < 0 else str(answers.said[index])
        caption = f"{said} ({answers.labels[index]}) {answers.confidences[index]:.2f}"
        strip = cv2.putText(
            np.full((18, TILE_PX), 60, np.uint8), caption, (3, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 255, 1, cv2.LINE_AA
        )
        tiles.append(np.pad(np.vstack([tile, strip]), 2, constant_values=128))
    tiles += [np.full((TILE_PX + 22, TILE_PX + 4), 128, np.uint8)] * (-len(tiles) % COLUMNS or (not tiles) * COLUMNS)
    return np.vstack([np.hstack(tiles[start : start + COLUMNS]) for start in range(0, len(tiles), COLUMNS)])


def as_text(name: str, summary: dict) -> str:
    """Format the figures of a set for people."""
    if name == "not-digits":
        return (
            f"not-digits: {summary['n']:,} drawings against the {summary['digits']:,} digits of {summary['against']}\n"
            f"  AUROC {summary['auroc']:.2%}, FPR at 95 % TPR {summary['fpr95']:.2%} (score: the confidence)\n"
        )
    low, high = summary["interval"]
    lines = [
        f"{name}: {summary['n']:,} digits",
        f"  accuracy {summary['accuracy']:.2%} (95 %: {low:.2%} to {high:.2%}), ECE {summary['ece']:.2%}",
        "  recall   " + "  ".join(f"{digit}: {recall:.2%}" for digit, recall in summary["recall"].items()),
        "  confused " + "  ".join(f"{pair['was']} as {pair['said']}: {pair['count']}" for pair in summary["confused"]),
    ]
    for slice_name, parts in summary["slices"].items():
        shown = "  ".join(f"{part}: {figures['accuracy']:.2%} of {figures['n']:,}" for part, figures in parts.items())
        lines.append(f"  by {slice_name}:  {shown}")
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


def answer_set(name: str, predictor: Predictor, arguments: argparse.Namespace) -> Answers:
    """Make the pictures of a set of digits and let the network read them."""
    rng = np.random.default_rng(arguments.seed)
    if name == "strokes":
        characters = load_strokes(arguments.strokes)
        characters = characters.select(np.flatnonzero(np.isin(characters.labels, [*"0123456789"])))
        drawings = [draw_at_random(strokes, rng) for strokes in characters.strokes]
        return answer_drawings(predictor, drawings, characters.labels.astype(int), {"laboratory": characters.sites})
    mnist = load_mnist(arguments.mnist)
    labels = mnist.y_test.astype(int)
    if name == "mnist":
        return answer_mnist(predictor, mnist.x_test, labels)
    drawings = [draw_at_random(centre_lines(image), rng, MAX_SLANT) for image in mnist.x_test]
    return answer_drawings(predictor, drawings, labels, {})


def load_not_digits(path: Path | None) -> np.ndarray:
    """Read drawings that are no digits: ink images, uint8 (n, height, width)."""
    hint = "Give a file with --not-digits PATH: an .npz with the array ink, uint8 (n, height, width), paper 0, ink 255."
    if path is None:
        raise ValueError(f"No file of drawings that are no digits was given. {hint}")
    ink = load_arrays(path, ("ink",), "file of drawings", hint)["ink"]
    if ink.ndim != 3 or ink.dtype != np.uint8:
        raise ValueError(f"The array ink in {path} is {ink.dtype} {ink.shape}. {hint}")
    return ink


def compare_with_not_digits(predictor: Predictor, not_digits: np.ndarray, against: str, answers: Answers) -> dict:
    """Work out how well the confidence tells digits from what is none."""
    _, scores = read_all(predictor, not_digits)
    return {
        "n": len(not_digits),
        "against": against,
        "digits": len(answers.labels),
        "auroc": auroc(answers.confidences, scores),
        "fpr95": fpr_at_tpr(answers.confidences, scores),
    }


def write_pictures(answers: dict[str, Answers], folder: Path) -> None:
    """Write the mistakes of each set, and the reliability of all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, of_set in answers.items():
        cv2.imwrite(str(folder / f"mistakes-{name}.png"), contact_sheet(of_set))
    bins = {name: reliability(of_set.confidences, of_set.right) for name, of_set in answers.items()}
    reliability_chart(bins).save(folder / "reliability.png", scale_factor=2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    arguments = parse_arguments(argv)
    digit_sets = [name for name in SETS if name in arguments.sets and name != "not-digits"]
    against = "strokes" if "strokes" in digit_sets else "redrawn"
    try:
        predictor = Predictor(arguments.model.parent if arguments.model.is_file() else arguments.model)
        answers = {name: answer_set(name, predictor, arguments) for name in digit_sets}
        summaries = {name: summarise(of_set) for name, of_set in answers.items()}
        if "not-digits" in arguments.sets:
            digits = answers.get(against) or answer_set(against, predictor, arguments)
            not_digits = load_not_digits(arguments.not_digits)
            summaries["not-digits"] = compare_with_not_digits(predictor, not_digits, against, digits)
    except (ValueError, CheckpointError) as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.output:
        write_pictures(answers, arguments.output)
    print(json.dumps(summaries) if arguments.json else "\n".join(map(as_text, summaries, summaries.values())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
