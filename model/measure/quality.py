"""What a network says of a set of pictures, and the figures and pictures that show how good that is.

python -m model.measure.quality mnist.npz    # draw the test digits in advance, and keep them for `judge`
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from model.card import QUALITY_FILE
from model.data.mnist import Mnist, read_mnist, to_unit_range
from model.data.redrawn import Drawn, draw_kept, is_kept, redraw_kept
from model.data.strokes import Characters, load_strokes, select_digits, split_writers
from model.predictor import Prediction, Predictor
from utils.files import ROOT
from utils.json_files import write_json
from utils.metrics import auroc, expected_calibration_error, fpr_at_tpr, reliability, wilson_interval
from utils.pictures.sheets import contact_sheet
from utils.words import percent

MAX_SLANT = 0.3  # of the redrawn digits
JUDGED_SEED = 0  # of the random place, size, slant and stroke width of the test digits
TILE_PX = 112
COLUMNS = 6  # more would be too narrow to be read on a phone
MAX_MISTAKES = 60


@dataclass(frozen=True)
class Answers:
    """What a network said of a set of pictures.

    Attributes
    ----------
    pictures : sequence of ndarray of uint8
        The pictures, paper 0, ink 255.
    labels : ndarray of int, shape (n,)
        What they are: 0 to 9, or −2 for no digit.
    said : ndarray of int, shape (n,)
        The digit read; −1 if the picture was taken for blank.
    confidences : ndarray of float, shape (n,)
        The probability of that digit; 0 if blank.
    scores : ndarray of float, shape (n,)
        See `Prediction.digit_score`; −∞ if blank.
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

    def select(self, chosen: np.ndarray) -> "Answers":
        """Return those at the indices `chosen`."""
        return Answers(
            [self.pictures[index] for index in chosen],
            self.labels[chosen],
            self.said[chosen],
            self.confidences[chosen],
            self.scores[chosen],
            self.called_digit[chosen],
            {name: parts[chosen] for name, parts in self.slices.items()},
        )


def answers_of(
    predictions: Sequence[Prediction | None],
    pictures: Sequence[np.ndarray],
    labels: np.ndarray,
    slices: dict[str, np.ndarray] | None = None,
) -> Answers:
    """Collect predictions, which are None where the picture was taken for blank; parameters as in `Answers`."""
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


def answer_drawn(predictor: Predictor, drawn: Drawn, labels: np.ndarray, **slices: np.ndarray) -> Answers:
    """Let the network read drawn characters; the answers can be divided by how these were drawn.

    Parameters
    ----------
    predictor : Predictor
        The network.
    drawn : Drawn
        The drawn characters.
    labels : ndarray of str
        What each is: "0" to "9", or anything else for no digit.
    **slices : ndarray of str
        Other ways to divide the set.
    """
    images, _ = drawn.to_read(labels)
    read = iter(predictor.predict(images))
    return answers_of(
        [None if blank else next(read) for blank in drawn.blank],
        drawn.inks,
        np.array([int(label) if label.isdecimal() else -2 for label in labels]),
        slices
        | {
            "stroke width, px": in_ranges(drawn.brush_px, (6, 12, 18, 24, 31)),
            "size": in_ranges(drawn.size, (0.33, 0.5, 0.65, 0.8, 0.95)),
            "slant": in_ranges(drawn.slant, (-0.3, -0.1, 0.1, 0.3)),
        },
    )


def judge(
    predictor: Predictor,
    sets: Collection[str],
    mnist: Mnist | None,
    strokes: Characters | None,
    seed: int = JUDGED_SEED,
    tell: Callable[[str], object] = lambda _: None,
) -> dict[str, Answers]:
    """Let the network read the test digits: MNIST's, those redrawn, and people's strokes.

    What is drawn for it is kept in the state folder (`model.data.redrawn`).

    Parameters
    ----------
    predictor : Predictor
        The network.
    sets : collection of str
        Which of ``mnist``, ``redrawn`` and ``strokes``; others are ignored.
    mnist : Mnist or None
        Needed for ``mnist`` and ``redrawn``.
    strokes : Characters or None
        What the test writers wrote: needed for ``strokes``.
    seed : int
        Of the random place, size, slant and stroke width.
    tell : callable
        Called with the name of each set before it is read.
    """
    answers = {}
    if "mnist" in sets:
        tell("mnist")
        answers["mnist"] = answer_mnist(predictor, mnist.x_test, mnist.y_test)
    if "redrawn" in sets:
        tell("redrawn")
        drawn = redraw_kept(mnist.x_test, seed, MAX_SLANT)
        answers["redrawn"] = answer_drawn(predictor, drawn, mnist.y_test.astype(str))
    if "strokes" in sets:
        tell("strokes")
        digits = select_digits(strokes)
        drawn = draw_kept(digits.strokes, seed)
        answers["strokes"] = answer_drawn(predictor, drawn, digits.labels, laboratory=digits.sites)
    return answers


def in_ranges(values: Sequence[float], edges: Sequence[float]) -> np.ndarray:
    """Return the name of the range that each value is in."""
    names = np.array([f"{low:g} – {high:g}" for low, high in pairwise(edges)])
    return names[np.clip(np.digitize(values, edges[1:-1]), 0, len(names) - 1)]


def by_number(part: str) -> tuple[float, str]:
    """Return a key to sort by: ranges by where they start, other names by the alphabet."""
    start = part.split(" – ")[0]
    return (float(start) if " – " in part else 0.0, part)


def summarise(answers: Answers) -> dict:
    """Compute the figures of a set: those of `model.card.Quality`, and the recall of each digit."""
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


def hardest(answers: Answers) -> np.ndarray:
    """Order a set from the hardest to the easiest: first mistakes, the surest first; then the rest, the surest last.

    Returns
    -------
    ndarray of int, shape (n,)
        The indices of the pictures in this order.
    """
    return np.argsort(np.where(answers.right, answers.confidences, -1 - answers.confidences), kind="stable")


def mistakes_sheet(answers: Answers, shown: np.ndarray) -> np.ndarray:
    """Put pictures on a sheet, the surest first, with captions such as "4 as 9", a 4 read as 9, and how sure.

    Parameters
    ----------
    answers : Answers
        The set.
    shown : ndarray of int
        The indices of the pictures to show; only `MAX_MISTAKES` of them are.

    Returns
    -------
    ndarray of uint8, shape (height, width)
    """
    captioned = []
    for index in shown[np.argsort(-answers.confidences[shown], kind="stable")][:MAX_MISTAKES]:
        said = "blank" if answers.said[index] < 0 else str(answers.said[index])
        was = answers.labels[index] if answers.labels[index] >= 0 else "none"
        captioned.append((answers.pictures[index], f"{was} as {said}\n{percent(answers.confidences[index])}"))
    return contact_sheet(captioned, (TILE_PX, TILE_PX), COLUMNS)


def tell_apart(digits: Answers, others: Answers, against: str) -> dict:
    """Compute how well the score tells the digits of the set named `against` from `others`, which are none."""
    return {
        "n": len(others.scores),
        "against": against,
        "digits": len(digits.scores),
        "auroc": auroc(digits.scores, others.scores),
        "fpr95": fpr_at_tpr(digits.scores, others.scores),
        "called_digit": float(others.called_digit.mean()),
    }


def write_quality(answers: dict[str, Answers], folder: Path) -> dict[str, dict]:
    """Write what the page shows into a network's folder: ``quality.json`` and pictures of mistakes; return the figures.

    The mistakes among people's strokes are left out, because their file is not ours to hand out.
    """
    summaries = {name: summarise(set_answers) for name, set_answers in answers.items()}
    write_json(folder / QUALITY_FILE, summaries)
    for name in ("mnist", "redrawn"):
        cv2.imwrite(
            str(folder / f"mistakes-{name}.png"), mistakes_sheet(answers[name], np.flatnonzero(~answers[name].right))
        )
    return summaries


@contextmanager
def drawing_tests(mnist: Mnist, mnist_file: str | Path, strokes: str | None) -> Iterator[subprocess.Popen | None]:
    """Draw the test digits in a second process, on the core that loading and small networks leave idle.

    Gives the process, or None if the digits are kept from an earlier time.
    """
    if is_kept(mnist.x_test, JUDGED_SEED, MAX_SLANT):
        yield None
        return
    command = [sys.executable, "-m", "model.measure.quality", str(mnist_file)]
    command += ["--strokes", strokes] if strokes else []
    # In a process group of its own: Ctrl-C reaches only this process, which then ends the second one.
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, process_group=0) as drawing:
        try:
            yield drawing
        finally:
            drawing.kill()


def main(argv: Sequence[str] | None = None) -> None:
    """Draw the test digits, and keep them; `train.py` lets a second process do so while it trains."""
    parser = argparse.ArgumentParser(prog="python -m model.measure.quality", description=main.__doc__)
    parser.add_argument("mnist", type=Path, metavar="MNIST.npz")
    parser.add_argument("--strokes", type=Path, metavar="PATH", help="and those that people wrote")
    arguments = parser.parse_args(argv)
    redraw_kept(read_mnist(arguments.mnist).x_test, JUDGED_SEED, MAX_SLANT)
    if arguments.strokes:
        draw_kept(select_digits(split_writers(load_strokes(arguments.strokes))["test"]).strokes, JUDGED_SEED)


if __name__ == "__main__":
    main()
