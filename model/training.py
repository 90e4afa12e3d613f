"""The steps of a training: what to validate with, the network, the fit, calibrating, saving."""

import random
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from model.card import KERAS_FILE, LITERT_FILE, CheckpointError
from model.data.examples import Examples
from model.data.mnist import Mnist, stratified_split, to_unit_range
from model.data.redrawn import draw, draw_kept, redraw_kept
from model.data.strokes import Characters, select_digits
from model.networks import build
from model.options import Options
from model.predictor import DIGITS, LiteRTNetwork, accuracy_of, digit_scores, softmax
from model.scratch import Scratch
from utils.files import write_atomically
from utils.preprocess import BlankError, normalize_digit

# So many of the validation part's digits are called digits. Higher, and more letters pass; lower, and people whose
# digits are odd are told that theirs are none, which is worse.
DIGITS_KEPT = 0.985
LITERT_TOLERANCE = 1e-4
VALIDATION_REDRAWN, VALIDATED_AT_ONCE = 2000, 500
BATCHES_AHEAD = 2  # are handed to TensorFlow while it learns from the one before
IMAGES_AT_ONCE = 256  # after which callbacks are told: someone may have cancelled
OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "nadam": keras.optimizers.Nadam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": partial(keras.optimizers.SGD, momentum=0.9),
}


def as_the_network_gets_them(inks: Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Make of ink images what the network gets, as the page does; leave out those taken for blank.

    Parameters
    ----------
    inks : iterable of ndarray of uint8, each (height, width)

    Returns
    -------
    images : ndarray of float32, shape (n, 28, 28)
    places : ndarray of int, shape (n,)
        Which of the ink images they are.
    """
    images, places = [], []
    for place, ink in enumerate(inks):
        try:
            images.append(normalize_digit(ink).image)
        except BlankError:
            continue
        places.append(place)
    return np.stack(images), np.array(places)


def draw_as_on_the_page(characters: Characters, seed: int, max_slant: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Draw characters on the canvas at random and make of them what the network gets.

    Parameters
    ----------
    characters : Characters
        Pen strokes with what they are.
    seed : int
        Of place, size, slant and stroke width.
    max_slant : float
        How far the digits lean at most, to either side: so many widths in a height.

    Returns
    -------
    images : ndarray of float32, shape (n, 28, 28)
    labels : ndarray of str, shape (n,)
        Those taken for blank are left out.
    """
    drawn = draw(characters.strokes, seed, max_slant)
    return to_unit_range(drawn.images[~drawn.blank]), characters.labels[~drawn.blank]


def draw_digits_as_on_the_page(digits: Characters, seed: int, max_slant: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """As `draw_as_on_the_page`, with the labels as numbers: int, shape (n,)."""
    images, labels = draw_as_on_the_page(digits, seed, max_slant)
    return images, labels.astype(int)


def make_validation_part(
    images: np.ndarray, labels: np.ndarray, redrawn: int, pens: Characters | None, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Put together what a training is watched on: MNIST's images as they are, then digits drawn as on the page.

    What is drawn for it is kept in the state folder (`model.data.redrawn`).

    Parameters
    ----------
    images, labels : ndarray
        uint8 (n, 28, 28) and their digits.
    redrawn : int
        So many of them come once more, drawn with another pen.
    pens : Characters or None
        Digits that people wrote.
    seed : int
        Of how they are drawn.

    Returns
    -------
    images : ndarray of float32, shape (n, 28, 28)
    labels : ndarray of int, shape (n,)
    """
    labels = labels.astype(int)
    drawn = [(redraw_kept(images[:redrawn], seed), labels[:redrawn])]
    if pens:
        drawn.append((draw_kept(pens.strokes, seed), pens.labels.astype(int)))
    return (
        np.concatenate([to_unit_range(images), *(to_unit_range(part.images[~part.blank]) for part, _ in drawn)]),
        np.concatenate([labels, *(of_part[~part.blank] for part, of_part in drawn)]),
    )


def split(
    options: Options, mnist: Mnist, writers: dict[str, Characters] | None
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Say what to train on and what to validate with.

    Parameters
    ----------
    options : Options
    mnist : Mnist
    writers : dict of str to Characters or None
        As `split_writers` gives them.

    Returns
    -------
    train : ndarray of int
        Which of MNIST's training images.
    validation : tuple of ndarray
        Images ``(n, 28, 28) float32`` and labels, as `make_validation_part` puts them together.
    """
    if options.validate_on_test:
        return np.arange(len(mnist.y_train)), (to_unit_range(mnist.x_test), mnist.y_test.astype(int))
    train, validation = stratified_split(mnist.y_train, options.validation_split, options.seed)
    images, labels = mnist.x_train[validation], mnist.y_train[validation]
    pens = writers and select_digits(writers["validation"])
    return train, make_validation_part(images, labels, VALIDATION_REDRAWN, pens, options.seed)


@keras.saving.register_keras_serializable()
class DigitAccuracy(keras.metrics.SparseCategoricalAccuracy):
    """The share of the digits that are read right, given that they are digits: the accuracy of all other figures."""

    def update_state(self, labels, logits, sample_weight=None):
        """Count a batch: labels ``(n,)`` from 0 to 10, logits ``(n, classes)``; what is no digit does not count."""
        super().update_state(labels, logits[:, :DIGITS], sample_weight=labels < DIGITS)


@keras.saving.register_keras_serializable()
class OneHotCrossentropy(keras.losses.Loss):
    """Categorical cross-entropy: each label as a row of zeros with a one. The same as the sparse one, spelled out."""

    def call(self, labels, logits):
        """Compute it for labels ``(n,)`` and logits ``(n, classes)``: shape (n,)."""
        one_hot = keras.ops.one_hot(keras.ops.reshape(labels, (-1,)), logits.shape[-1])
        return keras.losses.categorical_crossentropy(one_hot, logits, from_logits=True)


LOSSES = {
    "sparse": partial(keras.losses.SparseCategoricalCrossentropy, from_logits=True),
    "one-hot": OneHotCrossentropy,
}


def load_or_build(options: Options, classes: int, checkpoint: Path) -> keras.Model:
    """Give the network to train: what a run had reached, with its optimizer; or another run's; or a new one.

    Raises
    ------
    CheckpointError
        If a file that it goes on from is missing or broken, or knows fewer classes.
    """
    if not checkpoint.exists() and not options.start_from:
        return build(options, classes)
    path = checkpoint if checkpoint.exists() else Path(options.start_from) / KERAS_FILE
    try:
        network = keras.saving.load_model(path, safe_mode=True)
    except Exception as error:  # Keras raises all kinds, by where the file is broken
        raise CheckpointError(f"{path} cannot be loaded: it is missing or broken ({error}). Start anew.") from error
    if network.output_shape[1] < classes:
        raise CheckpointError(
            f"The network in {path} learned from digits alone. It can only go on with --as-it-is, or start anew."
        )
    return network


def fit(
    network: keras.Model,
    examples: Examples,
    options: Options,
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> None:
    """Train; the rate rises for a tenth of the steps, then falls along a cosine, unless it is constant.

    Parameters
    ----------
    network : keras.Model
        Gives logits. One that is compiled goes on where it was: its optimizer counts the steps.
    examples : Examples
    options : Options
        Epochs, learning rate, optimizer, loss.
    validation : tuple of ndarray, optional
        Images ``(n, 28, 28) float32`` and labels, to watch.
    callbacks : sequence of Callback
    """
    first_epoch = epochs_done(network, examples)

    def begin(epoch: int, logs: dict | None = None) -> None:
        examples.epoch = epoch + 1

    begin(first_epoch)
    if not network.compiled:
        network.compile(
            optimizer=OPTIMIZERS[options.optimizer](_rate(options, options.epochs * len(examples))),
            loss=LOSSES[options.loss](),
            steps_per_execution=_steps_at_once(network, examples),
            metrics=[DigitAccuracy(name="accuracy")],
        )
    validated = validation and (validation[0][..., np.newaxis], validation[1])
    by_keras = not isinstance(network, Scratch)
    network.fit(
        _batches(examples) if by_keras else examples,
        shuffle=False,
        epochs=options.epochs,
        initial_epoch=first_epoch,
        validation_data=_in_batches(*validated) if validated and by_keras else validated,
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=begin), *callbacks],
        verbose="auto" if callbacks else 0,
    )


def _batches(examples: Examples) -> tf.data.Dataset:
    # Of an epoch, made anew for each.
    def in_turn() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        order = [*range(len(examples))]
        random.shuffle(order)  # as Keras does by default
        return map(examples.__getitem__, order)

    images, labels = examples[0]
    kinds = tf.TensorSpec((None, *images.shape[1:]), images.dtype), tf.TensorSpec((None,), labels.dtype)
    batches = tf.data.Dataset.from_generator(in_turn, output_signature=kinds)
    return _without_autotuning(batches.apply(tf.data.experimental.assert_cardinality(len(examples))))


def _in_batches(images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    return _without_autotuning(tf.data.Dataset.from_tensor_slices((images, labels)).batch(VALIDATED_AT_ONCE))


def _without_autotuning(batches: tf.data.Dataset) -> tf.data.Dataset:
    # A thread of tf.data would look now and then how fast it is, and sleep in between, longer and longer. Each new
    # epoch waits until the last one's thread has slept: eleven seconds after an epoch of thirty.
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.prefetch(BATCHES_AHEAD).with_options(options)


def epochs_done(network: keras.Model, examples: Examples) -> int:
    """Say how many epochs a network has behind it, by the steps that its optimizer has counted."""
    return int(network.optimizer.iterations) // len(examples) if network.compiled else 0


def _rate(options: Options, steps: int) -> float | keras.optimizers.schedules.LearningRateSchedule:
    if options.constant_rate:
        return options.learning_rate
    warm_up = max(1, steps // 10)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=options.learning_rate / 10,
        warmup_target=options.learning_rate,
        warmup_steps=warm_up,
        decay_steps=max(1, steps - warm_up),
    )


def _steps_at_once(network: keras.Model, examples: Examples) -> int:
    # What Keras does between two steps takes longer than a small network's step with a small batch. It tells callbacks
    # of whole executions only, so an epoch has to be made of them; and TensorFlow has none over several GPUs.
    strategy = getattr(network, "distribute_strategy", None)
    if strategy and strategy.num_replicas_in_sync > 1:
        return 1
    most = max(1, IMAGES_AT_ONCE // examples.batch_size)
    return max(steps for steps in range(1, most + 1) if len(examples) % steps == 0)


def read_right(network: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of the images ``(n, 28, 28) float32`` that the network reads as their labels, 0 to 9."""
    return accuracy_of(network.predict(images[..., np.newaxis], batch_size=500, verbose=0), labels)


def find_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Find the temperature at which the labels are likeliest (Guo et al., "On Calibration", ICML 2017).

    Parameters
    ----------
    logits : ndarray of float, shape (n, classes)
    labels : ndarray of int, shape (n,)
        Digits.

    Returns
    -------
    float
        From 0.25 to 4, to a hundredth part.
    """
    temperatures = np.geomspace(0.25, 4, 280)
    chances = [softmax(logits[:, :DIGITS] / t)[np.arange(len(labels)), labels] for t in temperatures]
    return float(temperatures[np.argmax([np.log(np.maximum(chance, 1e-12)).mean() for chance in chances])])


def find_digit_threshold(logits: np.ndarray) -> float:
    """Find the score that `DIGITS_KEPT` of these digits reach.

    Parameters
    ----------
    logits : ndarray of float, shape (n, classes)
    """
    return float(np.quantile(digit_scores(logits), 1 - DIGITS_KEPT))


def save_network(network: keras.Model, images: np.ndarray, run_dir: Path) -> float:
    """Write ``model.keras`` and ``model.tflite``; return how far their probabilities differ at most.

    Parameters
    ----------
    network : keras.Model
    images : ndarray of float32, shape (n, 28, 28)
        What the two are compared on.
    run_dir : Path

    Raises
    ------
    CheckpointError
        If they differ by more than 1e-4.
    """
    # A model around the same layers, without the optimizer's state: a third of the size.
    weights_only = keras.Model(network.inputs, network.outputs, name=network.name)
    write_atomically(run_dir / KERAS_FILE, weights_only.save)
    write_atomically(run_dir / LITERT_FILE, lambda path: weights_only.export(str(path), format="litert", verbose=False))
    loaded = keras.saving.load_model(run_dir / KERAS_FILE, safe_mode=True)
    expected = softmax(loaded.predict(images[..., np.newaxis], verbose=0))
    read = softmax(LiteRTNetwork(run_dir / LITERT_FILE)(images))
    difference = float(np.abs(expected - read).max())
    if not difference <= LITERT_TOLERANCE:
        raise CheckpointError(
            f"{run_dir / LITERT_FILE} gives probabilities up to {difference:.1e} apart from {KERAS_FILE}; expected at "
            f"most {LITERT_TOLERANCE}. Do not use this run; train again."
        )
    return difference
