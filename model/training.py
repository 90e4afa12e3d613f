"""The steps of a training: the validation part, the network, the fit, calibration, saving."""

import os
import random
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from model.card import KERAS_FILE, LITERT_FILE, CheckpointError
from model.data.examples import Examples
from model.data.mnist import Mnist, stratified_split, to_unit_range
from model.data.redrawn import draw_kept, redraw_kept
from model.data.strokes import Characters, select_digits
from model.litert import DIGITS, READER_SHAPES, LiteRTNetwork, softmax
from model.networks import build
from model.options import Options
from model.predictor import accuracy_of, digit_scores
from model.scratch import Scratch
from utils.files import write_atomically

# This share of the validation part's digits is called a digit. A larger one lets more letters pass for digits; with a
# smaller one, more people are told that their digit is none, which is worse.
DIGITS_KEPT = 0.99
LITERT_TOLERANCE = 1e-4
VALIDATION_REDRAWN = 2000
VALIDATION_BATCH_SIZE = 500
BATCHES_AHEAD = 2  # that are handed to TensorFlow while it still learns from an earlier one
IMAGES_AT_ONCE = 256  # between two calls of the callbacks, which look whether someone has cancelled
# How much of what corrections taught a network keeps (see `go_partly_back`).
KEPT = 0.7
OPTIMIZERS = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "nadam": keras.optimizers.Nadam,
    "rmsprop": keras.optimizers.RMSprop,
    "sgd": partial(keras.optimizers.SGD, momentum=0.9),
}


def make_validation_part(
    images: np.ndarray, labels: np.ndarray, redrawn: int, pens: Characters | None, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Put together the validation part: MNIST's images as they are, then digits drawn as on the page.

    The drawings are kept in the state folder (`model.data.redrawn`).

    Parameters
    ----------
    images, labels : ndarray
        MNIST's images, uint8 (n, 28, 28), and their digits.
    redrawn : int
        The first so many of them are in the part a second time, drawn with another pen.
    pens : Characters or None
        Digits that people wrote.
    seed : int
        Decides how they are drawn.

    Returns
    -------
    images : ndarray of float32, shape (n, 28, 28)
        The network's input, from 0 to 1.
    labels : ndarray of int, shape (n,)
        The digits.
    """
    labels = labels.astype(int)
    parts = [(to_unit_range(images), labels), redraw_kept(images[:redrawn], seed).to_read(labels[:redrawn])]
    if pens:
        parts.append(draw_kept(pens.strokes, seed).to_read(pens.labels.astype(int)))
    all_images, all_labels = zip(*parts, strict=True)
    return np.concatenate(all_images), np.concatenate(all_labels)


def split(
    options: Options, mnist: Mnist, writers: dict[str, Characters] | None
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Split the data into what to train on and what to validate with.

    Parameters
    ----------
    options : Options
        The share that validates, the seed, and whether the test digits validate instead.
    mnist : Mnist
        The whole data set.
    writers : dict of str to Characters or None
        People's strokes, as `split_writers` returns them.

    Returns
    -------
    train : ndarray of int
        The indices of MNIST's training images to train on.
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
    """Return the network to train.

    That is what this run had reached, if it has a checkpoint (then with its optimizer); else the network that the
    options start from; else a new one.

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
    """Train, with the learning rate that `rate` gives.

    Parameters
    ----------
    network : keras.Model
        Returns logits. A network that is compiled already goes on where it was: its optimizer has counted the steps.
    examples : Examples
        The batches of each epoch.
    options : Options
        Epochs, learning rate, optimizer, loss.
    validation : tuple of ndarray, optional
        Images ``(n, 28, 28) float32`` and labels, read after each epoch.
    callbacks : sequence of Callback
        Keras's callbacks.
    """
    first_epoch = epochs_done(network, examples)

    def begin(epoch: int, logs: dict | None = None) -> None:
        examples.epoch = epoch + 1

    begin(first_epoch)
    if not network.compiled:
        network.compile(
            optimizer=OPTIMIZERS[options.optimizer](rate(options, options.epochs * len(examples))),
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
    kinds = (
        tf.TensorSpec((None, *images.shape[1:]), images.dtype),
        tf.TensorSpec((None, *labels.shape[1:]), labels.dtype),
    )
    batches = tf.data.Dataset.from_generator(in_turn, output_signature=kinds)
    return _without_autotuning(batches.apply(tf.data.experimental.assert_cardinality(len(examples))))


def _in_batches(images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    return _without_autotuning(tf.data.Dataset.from_tensor_slices((images, labels)).batch(VALIDATION_BATCH_SIZE))


def _without_autotuning(batches: tf.data.Dataset) -> tf.data.Dataset:
    # A thread of tf.data would look now and then how fast it is, and sleep in between, longer and longer. Each new
    # epoch waits until the last one's thread has slept: eleven seconds after an epoch of thirty.
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.prefetch(BATCHES_AHEAD).with_options(options)


def epochs_done(network: keras.Model, examples: Examples) -> int:
    """Say how many epochs a network has behind it, by the steps that its optimizer has counted."""
    return int(network.optimizer.iterations) // len(examples) if network.compiled else 0


def rate(options: Options, steps: int) -> float | keras.optimizers.schedules.LearningRateSchedule:
    """Return the learning rate: it rises for a tenth of the steps, then falls along a cosine, unless it is constant."""
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
    # With a small network and small batches, what Keras does between two steps takes longer than the steps. So several
    # steps are one execution. Callbacks hear of whole executions only, so an epoch has to be a number of them.
    # Over several GPUs TensorFlow cannot do this.
    strategy = getattr(network, "distribute_strategy", None)
    if strategy and strategy.num_replicas_in_sync > 1:
        return 1
    most = max(1, IMAGES_AT_ONCE // examples.batch_size)
    return max(steps for steps in range(1, most + 1) if len(examples) % steps == 0)


def read_right(network: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of the images ``(n, 28, 28) float32`` that the network reads as their labels, 0 to 9."""
    return accuracy_of(network.predict(images[..., np.newaxis], batch_size=500, verbose=0), labels)


def go_partly_back(network: keras.Model, folder: Path) -> None:
    """Move each weight towards that of the network in `folder`, which this one went on from; `KEPT` of the way stays.

    It still reads the hand that it was taught, and forgets less of the others (Wortsman et al., "Robust fine-tuning of
    zero-shot models", CVPR 2022).
    """
    before = keras.saving.load_model(folder / KERAS_FILE, safe_mode=True).get_weights()
    network.set_weights([old + KEPT * (new - old) for old, new in zip(before, network.get_weights(), strict=True)])


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
        From 0.25 to 4, in steps of 1 %.
    """
    temperatures = np.geomspace(0.25, 4, 280)
    chances = [softmax(logits[:, :DIGITS] / t)[np.arange(len(labels)), labels] for t in temperatures]
    return float(temperatures[np.argmax([np.log(np.maximum(chance, 1e-12)).mean() for chance in chances])])


def find_digit_threshold(logits: np.ndarray) -> float:
    """Find the score that a share `DIGITS_KEPT` of these digits reaches.

    Parameters
    ----------
    logits : ndarray of float, shape (n, classes)
        What the network gives for digits.
    """
    return float(np.quantile(digit_scores(logits), 1 - DIGITS_KEPT))


def save_network(
    network: keras.Model,
    images: np.ndarray,
    run_dir: Path,
    shapes: Collection[tuple[list[int], list[int]]] = READER_SHAPES,
) -> float:
    """Write ``model.keras`` and ``model.tflite``; return the largest difference between their probabilities.

    Parameters
    ----------
    network : keras.Model
        The trained network; it returns logits.
    images : ndarray of float32, shape (n, 28, 28)
        Both files read these, to be compared.
    run_dir : Path
        The folder to write to.
    shapes : collection of tuple
        As in `LiteRTNetwork`.

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
    # It is called at once: `predict` would first make a graph, which takes longer than the reading.
    expected = softmax(keras.ops.convert_to_numpy(loaded([images[..., np.newaxis]])))
    read = softmax(LiteRTNetwork(run_dir / LITERT_FILE, os.cpu_count(), shapes)(images))
    difference = float(np.abs(expected - read).max())
    if not difference <= LITERT_TOLERANCE:
        raise CheckpointError(
            f"{run_dir / LITERT_FILE} gives probabilities up to {difference:.1e} apart from {KERAS_FILE}; expected at "
            f"most {LITERT_TOLERANCE}. Do not use this run; train again."
        )
    return difference
