"""Measure whether corrections teach the shipped network a hand, and what it forgets of everybody else's.

    python -m model.measure evaluate hands --strokes strokes.npz                 # all of it: 84 trainings
    python -m model.measure evaluate hands --strokes strokes.npz --parts wrong   # some of it: real, odd, wrong

- ``real``: people from whom it has not learned, the validation and test writers with at least 20 digits. It is taught
  with half of a writer's digits, 30 at most, and reads the others: the ten worst writers, and ten average ones.
- ``odd``: digits of odd hands, by rule: 20 corrections each, and 200 fresh drawings to read. A digit that it calls none
  is read wrong.
- ``wrong``: 50 corrections, ten by each of the five worst writers, and 20 % of them have a wrong label.

Each hand is taught by itself, as the page's *Quick* does it from the shipped network, with three seeds.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from statistics import mean, stdev

import keras
import numpy as np

from model.card import KERAS_FILE, SHIPPED, read_card
from model.corrections.teaching import is_held_back
from model.data.examples import Examples, add_corrections, choose_recipe, make_sources, with_corrections
from model.data.mnist import Mnist, Pictures, load_mnist, stratified_split, to_unit_range
from model.data.redrawn import Drawn, draw, redraw_kept
from model.data.strokes import Characters, load_strokes, select_digits, select_readable, split_writers
from model.litert import DIGITS
from model.measure.odd_hands import ODD_HANDS, write_odd
from model.measure.quality import JUDGED_SEED, MAX_SLANT
from model.measure.speed.report import compare
from model.options import add_data
from model.predictor import digit_scores
from model.runs.presets import PRESETS
from model.training import VALIDATION_REDRAWN, find_digit_threshold, fit, go_partly_back, make_validation_part
from utils.words import mean_and_spread

PARTS = ("real", "odd", "wrong")
SEEDS = range(3)
FEWEST_DIGITS = 20  # of a writer
MOST_TAUGHT = 30
WRITERS = 10  # the worst, and as many average ones
DRAWINGS = 3  # of each digit that is read: other places, sizes and pens
ODD_TAUGHT, ODD_READ = 20, 200
WRONG_WRITERS, WRONG_TAUGHT, WRONG_SHARE = 5, 10, 0.2
WORST, AVERAGE, WRONG = "the ten worst writers", "ten average writers", "with wrong labels"
FORGOTTEN = ("MNIST", "MNIST redrawn", "other people")


def as_pictures(drawn: Drawn, labels: np.ndarray) -> Pictures:
    """Return drawings as the network gets them, with the digits in `labels`; blanks are left out."""
    return Pictures(drawn.images[~drawn.blank], labels[~drawn.blank].astype(int))


def draw_digits(digits: Characters, seed: int, times: int = 1) -> Pictures:
    """Draw people's digits on the canvas at random, each so many times."""
    return as_pictures(draw(digits.strokes * times, seed), np.tile(digits.labels, times))


def join(pictures: Sequence[Pictures]) -> Pictures:
    """Put pictures one after the other."""
    return Pictures(
        np.concatenate([some.images for some in pictures]), np.concatenate([some.labels for some in pictures])
    )


def logits_of(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """Compute the logits ``(n, 11)`` of images ``(n, 28, 28) uint8``."""
    return network.predict(to_unit_range(images)[..., np.newaxis], batch_size=500, verbose=0)


def read_right(network: keras.Model, pictures: Pictures, threshold: float = -np.inf) -> np.ndarray:
    """Say which digits a network reads right, bool (n,): as their label, and as a digit by the threshold."""
    logits = logits_of(network, pictures.images)
    return (logits[:, :DIGITS].argmax(axis=1) == pictures.labels) & (digit_scores(logits) >= threshold)


class Teacher:
    """Teaches the shipped network hands, and measures what it then reads.

    Parameters
    ----------
    mnist : Mnist
        It goes on learning from the training part, and should not forget how to read the test part.
    people : Characters
        Digits by people from whom it has not learned.
    """

    def __init__(self, mnist: Mnist, people: Characters):
        self.mnist, self.people = mnist, people
        self.shipped = keras.saving.load_model(SHIPPED / KERAS_FILE)
        self.shipped_threshold = read_card(SHIPPED).digit_threshold
        drawn = draw(people.strokes, JUDGED_SEED)
        self.writers = people.writers[~drawn.blank]
        redrawn = redraw_kept(mnist.x_test, JUDGED_SEED, MAX_SLANT)
        known = (
            Pictures(mnist.x_test, mnist.y_test),
            as_pictures(redrawn, mnist.y_test),
            as_pictures(drawn, people.labels),
        )
        self.known = dict(zip(FORGOTTEN, known, strict=True))
        self.before = {name: read_right(self.shipped, pictures) for name, pictures in self.known.items()}

    def begin(self, seed: int) -> None:
        """Choose the options of the teachings that come, and make what is mixed in."""
        quick = PRESETS["Quick"].options(read_card(SHIPPED).network, str(SHIPPED))
        self.options = replace(quick, corrections="", learning_rate=None, seed=seed)
        images, labels = self.mnist.x_train, self.mnist.y_train
        train, validation = stratified_split(labels, self.options.validation_split, seed)
        self.recipe = choose_recipe(self.options)
        self.sources = make_sources(images[train], labels[train], None, self.recipe, self.options)
        self.validation, _ = make_validation_part(
            images[validation], labels[validation], VALIDATION_REDRAWN, None, seed
        )

    def teach(self, corrections: Pictures) -> keras.Model:
        """Teach corrections, but for those that are held back, as ``train.py`` does."""
        held_back = is_held_back([sha256(image.tobytes()).hexdigest() for image in corrections.images])
        keras.utils.set_random_seed(self.options.seed)
        network = keras.saving.load_model(SHIPPED / KERAS_FILE)
        taught = corrections.select(~held_back)
        sources, recipe = add_corrections(self.sources, taught), with_corrections(self.recipe, taught.labels)
        fit(network, Examples(sources, recipe, self.options), self.options)
        go_partly_back(network, SHIPPED)
        return network

    def measure(self, who: str, corrections: Pictures, read: Pictures, must_be_digits: bool = False) -> dict:
        """Teach corrections; count what is read wrong before and after, and what is forgotten, in points.

        Parameters
        ----------
        who : str
            Whose corrections they are.
        corrections, read : Pictures
            What to teach, and what to read then.
        must_be_digits : bool
            Whether a digit that is called none is read wrong.
        """
        begun = time.monotonic()
        network = self.teach(corrections)
        seconds = time.monotonic() - begun
        thresholds = [-np.inf, -np.inf]
        if must_be_digits:
            validation = network.predict(self.validation[..., np.newaxis], batch_size=500, verbose=0)
            thresholds = [self.shipped_threshold, find_digit_threshold(validation)]
        before, after = map(read_right, (self.shipped, network), [read] * 2, thresholds)
        row = {
            "who": who,
            "seed": self.options.seed,
            "taught": len(corrections.labels),
            "read": len(read.labels),
            "before": int((~before).sum()),
            "after": int((~after).sum()),
            "seconds": round(seconds, 1),
        }
        for name, pictures in self.known.items():
            others = self.writers != who if name == "other people" else slice(None)
            lost = self.before[name][others].mean() - read_right(network, pictures)[others].mean()
            row[name] = round(100 * float(lost), 3)
        print(json.dumps(row), file=sys.stderr, flush=True)
        return row

    def rank_writers(self) -> list[str]:
        """List the writers with enough digits, the worst read first."""
        wrong = {}
        for writer in np.unique(self.people.writers):
            digits = self.people.select(np.flatnonzero(self.people.writers == writer))
            if len(digits.labels) >= FEWEST_DIGITS:
                wrong[str(writer)] = (~read_right(self.shipped, draw_digits(digits, 1, DRAWINGS))).mean()
        return sorted(wrong, key=lambda writer: -wrong[writer])

    def halves(self, writer: str, most: int = MOST_TAUGHT) -> tuple[Characters, Characters]:
        """Split a writer's digits at random: half of them to teach, but at most so many, and the others to read."""
        of_writer = np.flatnonzero(self.people.writers == writer)
        order = np.random.default_rng(self.options.seed).permutation(of_writer)
        taught = min(most, len(order) // 2)
        return self.people.select(order[:taught]), self.people.select(order[taught:])

    def measure_real(self, writer: str) -> dict:
        """Teach half of a writer's digits, and read the others."""
        taught, read = self.halves(writer)
        seed = self.options.seed
        return self.measure(writer, draw_digits(taught, 100 + seed), draw_digits(read, 200 + seed, DRAWINGS))

    def measure_odd(self, name: str) -> dict:
        """Teach twenty digits of an odd hand, and read two hundred fresh ones."""
        digit, seed = ODD_HANDS[name][0], self.options.seed
        taught, read = (
            as_pictures(draw(write_odd(name, count, start + seed), start + seed), np.full(count, digit))
            for count, start in ((ODD_TAUGHT, 100), (ODD_READ, 200))
        )
        return self.measure(name, taught, read, must_be_digits=True)

    def measure_wrong(self, writers: Sequence[str]) -> dict:
        """Teach some digits of each of some writers, a share of them as other digits, and read their others."""
        seed = self.options.seed
        halves = [self.halves(writer, WRONG_TAUGHT) for writer in writers]
        taught = join([draw_digits(some, 100 + seed) for some, _ in halves])
        read = join([draw_digits(others, 200 + seed) for _, others in halves])
        rng = np.random.default_rng(seed)
        wrong = rng.permutation(len(taught.labels))[: round(WRONG_SHARE * len(taught.labels))]
        taught.labels[wrong] = (taught.labels[wrong] + rng.integers(1, DIGITS, len(wrong))) % DIGITS
        return self.measure(WRONG, taught, read)


def as_table(groups: dict[str, list[dict]]) -> str:
    """Format the rows of each group as a line of a table in Markdown, summed over its hands, by seed."""
    lines = [
        f"| taught | drawings read | wrong before | wrong after | mistakes lost | {' | '.join(FORGOTTEN)} |",
        "|---" * (5 + len(FORGOTTEN)) + "|",
    ]
    for name, rows in groups.items():
        by_seed = [[row for row in rows if row["seed"] == seed] for seed in sorted({row["seed"] for row in rows})]
        shares = {
            when: [sum(row[when] for row in some) / sum(row["read"] for row in some) for some in by_seed]
            for when in ("before", "after")
        }
        lost = [1 - after / before if before else 0.0 for before, after in zip(*shares.values(), strict=True)]
        points = [[mean(row[known] for row in some) for some in by_seed] for known in FORGOTTEN]
        cells = [f"{sum(row['read'] for row in rows):,}"]
        cells += [f"{mean_and_spread(some)} %" for some in (*shares.values(), lost)]
        cells += [f"{-mean(some):+.3f}" + (f" ± {stdev(some):.3f}" if len(some) > 1 else "") for some in points]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def goals(groups: dict[str, list[dict]]) -> list[str]:
    """Say for each goal whether it is met."""
    lines = []
    for name, rows in groups.items():
        read, before, after = (sum(row[what] for row in rows) for what in ("read", "before", "after"))
        if name == WORST and before:
            lines.append(f"{name}: {after / before:.1%} of the mistakes stay; {compare(100 * after / before, 50, '%')}")
        if name in ODD_HANDS:
            lines.append(f"{name}: {after / read:.1%} read wrong; {compare(100 * after / read, 3, '%')}")
        for known in FORGOTTEN if name != WRONG else ["MNIST"]:
            lost = mean(row[known] for row in rows)
            lines.append(
                f"{name}: {known} loses {lost:.3f} points; {compare(lost, 0.1 if name == WRONG else 0.05, 'points')}"
            )
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m model.measure evaluate hands", description=__doc__.split("\n")[0])
    add_data(parser)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="default: all")
    arguments = parser.parse_args(argv)
    try:
        mnist, characters = load_mnist(arguments.mnist), load_strokes(arguments.strokes)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    begun = time.monotonic()
    keras.config.disable_interactive_logging()
    unseen = np.isin(characters.places, split_writers(characters)["train"].places, invert=True)
    people = select_digits(characters.select(np.flatnonzero(unseen)))
    teacher = Teacher(mnist, select_readable(people))
    ranked = teacher.rank_writers()
    middle = WRITERS + max(0, len(ranked) - 2 * WRITERS) // 2
    writers = {WORST: ranked[:WRITERS], AVERAGE: ranked[middle : middle + WRITERS]}
    groups: dict[str, list[dict]] = defaultdict(list)
    for seed in SEEDS:
        teacher.begin(seed)
        if "real" in arguments.parts:
            for group, names in writers.items():
                for writer in names:
                    groups[group].append(teacher.measure_real(writer))
        if "odd" in arguments.parts:
            for name in ODD_HANDS:
                groups[name].append(teacher.measure_odd(name))
        if "wrong" in arguments.parts:
            groups[WRONG].append(teacher.measure_wrong(ranked[:WRONG_WRITERS]))
    print(as_table(groups), *goals(groups), sep="\n")
    print(f"\nIn {(time.monotonic() - begun) / 60:.0f} minutes.")
    return 0
