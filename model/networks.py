"""The networks by name, each a function that reads as a picture of the net.

Each maps ``(n, 28, 28, 1) float32`` images in [0, 1] to ``(n, classes) float32`` logits, before softmax: the ten
digits, and, where there are eleven classes, "no digit". Where a network was published with a softmax at its end, that
is in the loss here, which is the same and loses no precision.
"""

from collections.abc import Callable, Sequence

import keras
from keras import layers

from model.options import Options
from model.scratch import Scratch


def reader(classes: int) -> keras.Model:
    """Build the network that ships with the app.

    Four convolutions over three resolutions (28×28, 14×14, 7×7). Batch normalisation is folded into the convolutions
    when the network is converted for reading, so it costs nothing there.
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
    """Build hidden layers of so many neurons each; every one of them sees every pixel."""
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Flatten()(images)
    for neurons in hidden:
        x = layers.Dense(neurons, activation="relu")(x)
        if dropout:  # a share of the neurons, others in each step, so that none relies on another
            x = layers.Dropout(dropout)(x)
    logits = layers.Dense(classes, name="logits")(x)
    return keras.Model(images, logits, name="dense")


def scratch(classes: int, hidden: Sequence[int] = (128,)) -> keras.Model:
    """Build the same layers as `dense`, which learn in NumPy alone."""
    same = dense(classes, hidden)
    return Scratch(same.inputs, same.outputs, name="scratch")


def deep_dense(classes: int) -> keras.Model:
    """Build three hidden layers, with dropout and batch normalisation against learning by heart."""
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
    """Build one convolution before the dense layers; it was published without a non-linearity of its own."""
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
    """Build LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998), with dense logits for its radial basis functions."""
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
    # After the pooling, where a quarter of the values is left. The short memory (Keras's default is 0.99) lets the
    # moving averages follow runs of a few dozen steps too.
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


NETWORKS: dict[str, Callable[..., keras.Model]] = {
    build.__name__: build for build in (reader, light_reader, dense, scratch, deep_dense, simple_cnn, cnn, lenet5)
}


def build(options: Options, classes: int) -> keras.Model:
    """Build the network that the options name, with the layers that they say."""
    if options.network == "dense":
        return dense(classes, options.hidden, options.dropout)
    if options.network == "scratch":
        return scratch(classes, options.hidden)
    return NETWORKS[options.network](classes)
