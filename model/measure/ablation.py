"""What each part of the training brings: a table with a row for each recipe.

    python -m model.measure ablation --strokes strokes.npz --images 400000
    python -m model.measure ablation --strokes strokes.npz --rows everything --not-digits not_digits.npz

The laboratories that gave the strokes are put into three groups. Each recipe is trained three times, each time without
one of the groups and with another seed, and reads the strokes of that group: people and laboratories that it has not
seen. A row gives the mean and the standard deviation over the three.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from model.data.distortions import DISTORTIONS
from model.data.examples import AS_IT_IS, AT_HOME, WITH_PENS, Examples, Recipe, make_sources
from model.data.mnist import load_mnist, stratified_split, to_unit_range
from model.data.redrawn import draw, redraw_kept
from model.data.strokes import (
    Characters,
    is_unreadable,
    load_strokes,
    select_clear_letters,
    select_digits,
    select_readable,
)
from model.measure.evaluate import load_not_digits
from model.networks import NETWORKS
from model.options import Options, add_data
from model.predictor import accuracy_of, digit_scores
from model.training import fit
from utils.metrics import auroc, fpr_at_tpr
from utils.preprocess import BlankError, normalize_digit
from utils.words import mean_and_spread

GROUPS = 3
ROWS: dict[str, Recipe] = {
    "MNIST, as it is": AS_IT_IS,
    "and distorted": Recipe({"mnist": 1.0}, habits=False),
    "and redrawn with any pen": Recipe({"mnist": 0.7, "redrawn": 0.3}, habits=False),
    "and digits written by rule": Recipe({"mnist": 0.5, "redrawn": 0.2, "written": 0.3}),
    "and what is no digit: training at home": AT_HOME,
    "MNIST and people's strokes, as they are": Recipe({"mnist": 0.5, "pens": 0.5}, frozenset(), habits=False),
    "both distorted": Recipe({"mnist": 0.5, "pens": 0.5}, habits=False),
    "and with habits": Recipe({"mnist": 0.5, "pens": 0.5}),
    "everything": WITH_PENS,
    **{f"but for {name}": replace(WITH_PENS, distortions=WITH_PENS.distortions - {name}) for name in DISTORTIONS},
}


def group_sites(characters: Characters) -> list[list[str]]:
    """Put the laboratories into at most three groups with about the same number of digits."""
    sites, counts = np.unique(select_digits(characters).sites, return_counts=True)
    groups: list[list[str]] = [[] for _ in range(GROUPS)]
    sizes = np.zeros(GROUPS, int)
    for index in np.argsort(-counts, kind="stable"):
        smallest = int(sizes.argmin())
        groups[smallest].append(str(sites[index]))
        sizes[smallest] += counts[index]
    return [group for group in groups if group]


@dataclass(frozen=True)
class Unseen:
    """What the networks of a group are not trained on.

    Attributes
    ----------
    digits : dict of str to tuple of ndarray
        For each set its images ``(n, 28, 28) float32`` and its labels ``(n,) int``, 0 to 9.
    letters : ndarray of float32, shape (n, 28, 28)
        Images of letters that nobody takes for a digit.
    """

    digits: dict[str, tuple[np.ndarray, np.ndarray]]
    letters: np.ndarray


def hold_out(characters: Characters, images: np.ndarray, labels: np.ndarray) -> Unseen:
    """Prepare what is held out: people's characters; MNIST's images ``(n, 28, 28) uint8``, as they are and redrawn."""
    readable = select_readable(characters)
    letters = select_clear_letters(characters)
    return Unseen(
        {
            "unseen laboratories": draw_digits(characters),
            "what is readable": draw_digits(readable),
            "redrawn": redraw_kept(images, seed=0).to_read(labels),
            "mnist": (to_unit_range(images), labels),
        },
        draw(letters.strokes, seed=0).to_read(letters.labels)[0],
    )


def draw_digits(characters: Characters) -> tuple[np.ndarray, np.ndarray]:
    """Draw the digits among characters: the network's input ``(n, 28, 28) float32``, and the digits ``(n,) int``."""
    digits = select_digits(characters)
    return draw(digits.strokes, seed=0).to_read(digits.labels.astype(int))


def normalize_all(inks: np.ndarray) -> np.ndarray:
    """Turn ink images ``(n, height, width) uint8`` into the network's input; leave out those that count as blank."""
    images = []
    for ink in inks:
        with suppress(BlankError):
            images.append(normalize_digit(ink).image)
    return np.stack(images)


def run(
    recipe: Recipe,
    seed: int,
    images: np.ndarray,
    labels: np.ndarray,
    pens: Characters,
    unseen: Unseen,
    not_digits: np.ndarray | None,
    examples: int,
    network: keras.Model,
) -> dict[str, float]:
    """Train a network by a recipe; return the figures on what is unseen, each a share.

    Parameters
    ----------
    recipe : Recipe
        What the network is shown.
    seed : int
        The random seed of the training.
    images, labels : ndarray
        MNIST's images ``(n, 28, 28) uint8`` and digits ``(n,)``.
    pens : Characters
        People's strokes.
    unseen : Unseen
        What to test on.
    not_digits : ndarray of float32, shape (n, 28, 28), or None
        Images that are no digits, to test on.
    examples : int
        How many images to train with, over all epochs.
    network : keras.Model
        Not trained yet.
    """
    epochs = max(1, round(examples / 50_000))
    options = Options(epochs=epochs, images=examples // epochs, batch_size=min(256, examples), seed=seed)
    fit(network, Examples(make_sources(images, labels, pens, recipe, options), recipe, options), options)

    def logits(images: np.ndarray) -> np.ndarray:
        return network.predict(images[..., np.newaxis], batch_size=500, verbose=0)

    answers = {name: logits(digits) for name, (digits, _) in unseen.digits.items()}
    figures = {name: accuracy_of(answers[name], labels) for name, (_, labels) in unseen.digits.items()}
    if "no digit" in recipe.shares:
        scores = digit_scores(answers["unseen laboratories"])
        figures["FPR95, letters"] = fpr_at_tpr(scores, digit_scores(logits(unseen.letters)))
        if not_digits is not None:
            others = digit_scores(logits(not_digits))
            figures |= {"AUROC": auroc(scores, others), "FPR95": fpr_at_tpr(scores, others)}
    return figures


def as_table(results: dict[str, list[dict[str, float]]]) -> str:
    """Format the figures of each recipe's runs as a table in Markdown: mean ± standard deviation, in per cent."""
    columns = list(dict.fromkeys(name for runs in results.values() for figures in runs for name in figures))
    lines = ["| trained on | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for row, runs in results.items():
        cells = []
        for column in columns:
            values = [figures[column] for figures in runs if column in figures]
            cells.append(mean_and_spread(values) if values else "–")
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m model.measure ablation", description=__doc__.split("\n")[0])
    add_data(parser)
    parser.add_argument("--not-digits", type=Path, metavar="PATH", help="an .npz with the arrays ink and name")
    parser.add_argument("--rows", nargs="+", default=list(ROWS), choices=ROWS, metavar="ROW", help="default: all")
    parser.add_argument("--images", type=int, default=400_000, help="how many each network sees")
    parser.add_argument("--network", default="light_reader", choices=NETWORKS, help="the shipped one is the reader")
    arguments = parser.parse_args(argv)
    try:
        mnist, characters = load_mnist(arguments.mnist), load_strokes(arguments.strokes)
        not_digits = arguments.not_digits and normalize_all(load_not_digits(arguments.not_digits)[0])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    train, validation = stratified_split(mnist.y_train, 0.1, seed=0)
    results: dict[str, list[dict[str, float]]] = {row: [] for row in arguments.rows}
    for seed, sites in enumerate(group_sites(characters)):
        outside = np.isin(characters.sites, sites)
        unseen = hold_out(
            characters.select(np.flatnonzero(outside)), mnist.x_train[validation], mnist.y_train[validation]
        )
        pens = characters.select(np.flatnonzero(~outside & ~is_unreadable(characters)))
        for row in arguments.rows:
            keras.utils.set_random_seed(seed)
            network = NETWORKS[arguments.network](ROWS[row].classes)
            data = (mnist.x_train[train], mnist.y_train[train], pens, unseen, not_digits)
            figures = run(ROWS[row], seed, *data, arguments.images, network)
            print(json.dumps({"row": row, "unseen": sites} | figures), file=sys.stderr, flush=True)
            results[row].append(figures)
    print(as_table(results))
    return 0
