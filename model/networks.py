"""The networks by name: a function for each, which lists its layers from input to output.

A network maps ``(n, 28, 28, 1) float32`` images in [0, 1] to ``(n, classes) float32`` logits: one for each digit, and
with eleven classes one for "no digit". The softmax is always part of the loss, which is more precise, even where a
network was published with a softmax layer at its end.
"""

from collections.abc import Callable, Sequence

import keras
from keras import layers

from model.options import Options
from model.scratch import Scratch


def reader(classes: int) -> keras.Model:
    """Build the network that ships with the app.

    Four convolutions over three resolutions (28×28, 14×14, 7×7). Batch normalisation is folded into the convolutions
    when the network is converted for reading, so it takes no time there.
    """
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Conv2D(32, 5, padding="same", use_bias=False)(images)
    x = layers.MaxPooling2D()(x)
    x = _normalise_and_rectify(x)
    x = layers.Conv2D(64, 3, padding="same", use_bias=False)(x)
    x = layers.MaxPooling2D()(x)
    x = _normalise_and_rectify(x)
    x = layers.Conv2D(96, 3, padding="same", use_bias=False)(x)
    x = _normalise_and_rectify(x)
    x = layers.Conv2D(96, 3, padding="same", use_bias=False)(x)
    x = _normalise_and_rectify(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.4)(x)
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(images, logits, name="reader")


def light_reader(classes: int) -> keras.Model:
    """Build a network that learns faster than `reader`: its first convolution already halves the picture."""
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Conv2D(24, 5, strides=2, padding="same", use_bias=False)(images)
    x = _normalise_and_rectify(x)
    x = layers.Conv2D(48, 3, strides=2, padding="same", use_bias=False)(x)
    x = _normalise_and_rectify(x)
    x = layers.Conv2D(64, 3, padding="same", use_bias=False)(x)
    x = _normalise_and_rectify(x)
    x = layers.Conv2D(64, 3, padding="same", use_bias=False)(x)
    x = _normalise_and_rectify(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.4)(x)
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(images, logits, name="light_reader")


def dense(classes: int, hidden: Sequence[int] = (128,), dropout: float = 0.0) -> keras.Model:
    """Build dense layers only: `hidden` has the number of neurons of each hidden layer."""
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Flatten()(images)
    for neurons in hidden:
        x = layers.Dense(neurons, activation="relu")(x)
        if dropout:  # each step leaves out other neurons, so that none relies on another
            x = layers.Dropout(dropout)(x)
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(images, logits, name="dense")


def scratch(classes: int, hidden: Sequence[int] = (128,)) -> keras.Model:
    """Build the same layers as `dense`; `model.scratch` trains them, in NumPy alone."""
    same = dense(classes, hidden)
    return Scratch(same.inputs, same.outputs, name="scratch")


def deep_dense(classes: int) -> keras.Model:
    """Build three hidden layers, with dropout and batch normalisation against overfitting."""
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Flatten()(images)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.BatchNormalization()(x)
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(images, logits, name="deep_dense")


def simple_cnn(classes: int) -> keras.Model:
    """Build one convolution before the dense layers; as published, the convolution has no activation."""
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Conv2D(28, 3)(images)
    x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(0.2)(x)
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(images, logits, name="simple_cnn")


def cnn(classes: int) -> keras.Model:
    """Build two blocks of convolution and pooling."""
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Conv2D(32, 3, activation="relu")(images)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.5)(x)
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(images, logits, name="cnn")


def lenet5(classes: int) -> keras.Model:
    """Build LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998), with a dense layer for its radial basis functions."""
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Conv2D(6, 5, padding="same", activation="tanh")(images)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Conv2D(16, 5, activation="tanh")(x)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Conv2D(120, 5, activation="tanh")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(84, activation="tanh")(x)
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(images, logits, name="lenet5")


def _normalise_and_rectify(x):
    # This comes after the pooling, which leaves a quarter of the values to compute. The moving averages have a shorter
    # memory than Keras's default (0.99), so that they are right after a few dozen steps too.
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


NETWORKS: dict[str, Callable[..., keras.Model]] = {
    build.__name__: build for build in (reader, light_reader, dense, scratch, deep_dense, simple_cnn, cnn, lenet5)
}


def build(options: Options, classes: int) -> keras.Model:
    """Build the network that the options name; `classes` is 10, or 11 with "no digit"."""
    if options.network == "dense":
        return dense(classes, options.hidden, options.dropout)
    if options.network == "scratch":
        return scratch(classes, options.hidden)
    return NETWORKS[options.network](classes)
