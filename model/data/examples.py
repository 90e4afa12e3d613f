"""What training sees: new images for each epoch, of MNIST, of digits drawn with a pen, and of what is no digit.

If people have corrected readings, their drawings can be mixed in, to teach the network their hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import keras
import numpy as np

from model.data.by_rule.habits import add_habit
from model.data.by_rule.no_digits import draw_no_digit
from model.data.by_rule.written import write_digit
from model.data.distortions import DISTORTIONS, distort_pictures, distort_strokes, soften
from model.data.drawing import BRUSH_RANGE_PX, CANVAS_SIZE_PX, SIZE_RANGE, Strokes, draw_small, to_unit_box
from model.data.mnist import Pictures, to_unit_range
from model.data.skeleton import centre_lines
from model.data.strokes import Characters, select_clear_letters, select_digits
from model.litert import NO_DIGIT
from model.options import Options

# The sizes of the pools at most, as shares of MNIST's training images. A character of a pool is drawn again and again:
# its distortion and its pen are new each time.
REDRAWN = 0.25
WRITTEN = 0.2
NO_DIGITS = 0.3
CORRECTIONS = 0.2  # their share of an epoch
MOST_OF_A_LABEL = 0.02  # at most that of one label's: shown many nines, a network would take too much for a nine
# From this share of the epochs on the distortions ease, down to this strength.
EASE_FROM = 0.7
LAST_STRENGTH = 0.35


@dataclass(frozen=True)
class Recipe:
    """What training learns from, and whether that is distorted.

    Attributes
    ----------
    shares : dict of str to float
        How much of an epoch comes from each source: ``mnist`` (its images, distorted), ``redrawn`` (its centre lines,
        drawn with a pen), ``written`` (digits by rule), ``pens`` (people's strokes), ``no digit``, and for teaching
        ``corrections`` (what people corrected, distorted) and ``corrections redrawn``. Sums to 1.
    distortions : frozenset of str
        Which of `model.data.distortions.DISTORTIONS` are applied; by default all.
    habits : bool
        Whether strokes get habits that their writers lacked.
    """

    shares: dict[str, float]
    distortions: frozenset[str] = frozenset(DISTORTIONS)
    habits: bool = True

    @property
    def classes(self) -> int:
        """The number of classes: the ten digits, and "no digit" if the recipe has that source."""
        return NO_DIGIT + ("no digit" in self.shares)


AS_IT_IS = Recipe({"mnist": 1.0}, distortions=frozenset(), habits=False)
AT_HOME = Recipe({"mnist": 0.4, "redrawn": 0.15, "written": 0.25, "no digit": 0.2})
WITH_PENS = Recipe({"mnist": 0.32, "redrawn": 0.1, "written": 0.08, "pens": 0.34, "no digit": 0.16})


def choose_recipe(options: Options, has_pens: bool = False) -> Recipe:
    """Choose the recipe: by the options, and by whether there are people's strokes."""
    if options.as_it_is:
        return AS_IT_IS
    return WITH_PENS if has_pens else AT_HOME


def with_corrections(recipe: Recipe, labels: np.ndarray) -> Recipe:
    """Leave a share of a recipe to what people corrected: half to the pictures, half to these drawn with another pen.

    Parameters
    ----------
    recipe : Recipe
        What else is shown.
    labels : ndarray of int, shape (n,)
        What was corrected. The share is `CORRECTIONS`, but for what single labels would have above `MOST_OF_A_LABEL`.
    """
    of_labels = np.unique(labels, return_counts=True)[1] / len(labels)
    taught = float(np.minimum(CORRECTIONS * of_labels, MOST_OF_A_LABEL).sum())
    sources = ["corrections", "corrections redrawn"] if recipe.distortions else ["corrections"]  # as they are
    shares = {source: share * (1 - taught) for source, share in recipe.shares.items()}
    return replace(recipe, shares=shares | dict.fromkeys(sources, taught / len(sources)))


@dataclass(frozen=True)
class Pool:
    """Characters to draw.

    Attributes
    ----------
    strokes : sequence of list of ndarray
        The strokes of each character, in a box of side 1 about (0, 0).
    labels : ndarray of int, shape (n,)
        What each is: a digit from 0 to 9, or 10 (`NO_DIGIT`).
    """

    strokes: Sequence[Strokes]
    labels: np.ndarray


class CentreLines(Sequence):
    """The centre lines of images, in a box of side 1. They are found when first asked for: short trainings need few."""

    def __init__(self, images: np.ndarray):
        self._images, self._found = images, {}

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: int) -> Strokes:
        if index not in self._found:
            self._found[index] = to_unit_box(centre_lines(self._images[index]))
        return self._found[index]


@dataclass(frozen=True)
class Sources:
    """What examples are made from.

    Attributes
    ----------
    images, labels : ndarray
        MNIST's training part: uint8 (n, 28, 28) and its digits.
    pools : dict of str to Pool
        The characters of each source that is drawn, by the name that it has in the recipe.
    corrections : Pictures or None
        What people corrected.
    """

    images: np.ndarray
    labels: np.ndarray
    pools: dict[str, Pool]
    corrections: Pictures | None = None


def make_sources(
    images: np.ndarray, labels: np.ndarray, pens: Characters | None, recipe: Recipe, options: Options
) -> Sources:
    """Make the pools of characters that all epochs draw from.

    Parameters
    ----------
    images, labels : ndarray
        MNIST's training part: uint8 (n, 28, 28) and its digits.
    pens : Characters or None
        What people wrote; None only if the recipe is without ``pens``.
    recipe : Recipe
        Only the pools of its sources are made; those of corrections by `add_corrections`.
    options : Options
        The seed, and how many images are shown: no pool is larger than what will be drawn from it.
    """
    rng, n = np.random.default_rng(options.seed), len(labels)
    examples = options.epochs * (options.images or n)
    some = rng.permutation(n)[: min(int(n * REDRAWN), examples)]
    pools = {}
    if "redrawn" in recipe.shares:
        pools["redrawn"] = Pool(CentreLines(images[some]), labels[some].astype(int))
    if "written" in recipe.shares:
        by_rule = rng.integers(0, 10, min(int(n * WRITTEN), ceil(examples * recipe.shares["written"])))
        pools["written"] = Pool([write_digit(digit, rng) for digit in by_rule], by_rule)
    if "pens" in recipe.shares:
        digits = select_digits(pens)
        pools["pens"] = Pool([to_unit_box(strokes) for strokes in digits.strokes], digits.labels.astype(int))
    if "no digit" in recipe.shares:
        digits = pools["pens" if "pens" in pools else "written"]
        count = min(int(n * NO_DIGITS), ceil(examples * recipe.shares["no digit"]))
        others = [draw_no_digit(digits.strokes, digits.labels, rng) for _ in range(count)]
        if "pens" in pools:
            others += [to_unit_box(strokes) for strokes in select_clear_letters(pens).strokes]
        pools["no digit"] = Pool(others, np.full(len(others), NO_DIGIT))
    return Sources(images, labels, pools)


def add_corrections(sources: Sources, corrections: Pictures) -> Sources:
    """Return the sources, and what people corrected beside them."""
    redrawn = Pool(CentreLines(corrections.images), corrections.labels.astype(int))
    return replace(sources, pools=sources.pools | {"corrections redrawn": redrawn}, corrections=corrections)


def random_pen(rng: np.random.Generator) -> float:
    """Choose a pen's width, as a share of the digit's size: any brush of the page, and any size that people draw."""
    brush_px = rng.integers(BRUSH_RANGE_PX[0], BRUSH_RANGE_PX[1] + 1)
    return float(brush_px / (rng.uniform(*SIZE_RANGE) * CANVAS_SIZE_PX))


class Examples(keras.utils.PyDataset):
    """The batches of an epoch, which are new in each; the same seed gives the same batches.

    A batch is ``(n, 28, 28, 1) float32`` images in [0, 1] and ``(n,) uint8`` labels from 0 to 10 (`NO_DIGIT`). Towards
    the last epoch the distortions ease, so that what the network learns last is most like what it will read.

    Parameters
    ----------
    sources : Sources
        What the images are made from.
    recipe : Recipe
        How much comes from each source, and the distortions.
    options : Options
        The images of an epoch (by default as many as MNIST's part in `sources` has) and of a batch, the epochs, the
        seed.

    Attributes
    ----------
    epoch : int
        The present epoch, from 1. `model.training.fit` sets it.

    Raises
    ------
    ValueError
        If an epoch has too few images for a batch.
    """

    def __init__(self, sources: Sources, recipe: Recipe, options: Options):
        super().__init__()
        images = options.images or len(sources.labels)
        if options.batch_size > images:
            raise ValueError(
                f"--batch-size is {options.batch_size:,}; expected at most the {images:,} images of an epoch."
            )
        self.sources, self.recipe = sources, recipe
        self.batch_size, self.batches, self.seed = options.batch_size, images // options.batch_size, options.seed
        self.epoch, self.epochs = 1, options.epochs
        self._made_for = 0

    def __len__(self) -> int:
        return self.batches

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        # All images of an epoch are made at once. Making them beside the training gains nothing: both use all cores.
        if self._made_for != self.epoch:
            self._make()
        batch = slice(index * self.batch_size, (index + 1) * self.batch_size)
        return self._images[batch], self._labels[batch]

    @property
    def strength(self) -> float:
        """How far this epoch distorts, from 0 to 1."""
        past = max(0.0, self.epoch / self.epochs - EASE_FROM) / (1 - EASE_FROM)
        return 1 - past * (1 - LAST_STRENGTH)

    def _make(self) -> None:
        rng = np.random.default_rng((self.seed, self.epoch))
        counts = rng.multinomial(self.batches * self.batch_size, [*self.recipe.shares.values()])
        parts = [
            self._drawn(source, count, rng) if source in self.sources.pools else self._distorted(source, count, rng)
            for source, count in zip(self.recipe.shares, counts, strict=True)
        ]
        order = rng.permutation(counts.sum())
        self._images = np.concatenate([images for images, _ in parts])[order, ..., np.newaxis]
        self._labels = np.concatenate([labels for _, labels in parts])[order]
        self._made_for = self.epoch

    def _distorted(self, source: str, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        pictures = self.sources if source == "mnist" else self.sources.corrections
        # Every image is shown once before any is shown again, as in every tutorial's epoch.
        n = len(pictures.labels)
        chosen = np.concatenate([rng.permutation(n) for _ in range(count // n + 1)])[:count]
        images = to_unit_range(pictures.images[chosen])
        if self.recipe.distortions:
            images = distort_pictures(images, rng, self.strength, self.recipe.distortions)
        return images, pictures.labels[chosen].astype(np.uint8)

    def _drawn(self, source: str, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        pool = self.sources.pools[source]
        chosen = rng.integers(len(pool.labels), size=count)
        characters, labels = [pool.strokes[index] for index in chosen], pool.labels[chosen]
        if self.recipe.habits and source in ("pens", "redrawn"):  # digits by rule have habits already
            characters = [add_habit(label, strokes, rng) for label, strokes in zip(labels, characters, strict=True)]
        if self.recipe.distortions:
            characters = distort_strokes(characters, rng, self.strength, self.recipe.distortions)
        images = np.empty((count, 28, 28), np.uint8)
        for i, strokes in enumerate(characters):
            images[i] = draw_small(strokes, random_pen(rng))
        # Shift by a pixel: in a picture with specks or shadows the digit is not perfectly cropped.
        for axis in (1, 2):
            shift = rng.integers(-1, 2, count)
            for by in (-1, 1):
                images[shift == by] = np.roll(images[shift == by], by, axis)
        images = to_unit_range(images)
        return soften(images, rng) if "soft" in self.recipe.distortions else images, labels.astype(np.uint8)
