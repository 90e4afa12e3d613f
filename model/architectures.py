"""The networks, each a function that reads as a picture of the net."""

import keras
from keras import layers


def reader(width: int = 32) -> keras.Model:
    """Build the network that ships with the app.

    Four convolutions over three resolutions (28×28, 14×14, 7×7), 210,379 parameters at the shipped width. Batch
    normalisation is folded into the convolutions when the network is converted for reading, so it costs nothing there.

    Parameters
    ----------
    width : int
        Channels of the first convolution.

    Returns
    -------
    keras.Model
        ``(n, 28, 28, 1) float32 in [0, 1] → (n, 11) float32`` logits (before softmax): the ten digits, and no digit.
    """
    images = keras.Input((28, 28, 1), name="images")
    x = layers.Conv2D(width, 5, padding="same", use_bias=False)(images)
    x = layers.MaxPooling2D()(x)
    x = _normalise_and_rectify(x)
    x = layers.Conv2D(2 * width, 3, padding="same", use_bias=False)(x)
    x = layers.MaxPooling2D()(x)
    x = _normalise_and_rectify(x)
    x = layers.Conv2D(3 * width, 3, padding="same", use_bias=False)(x)
    x = _normalise_and_rectify(x)
    x = layers.Conv2D(3 * width, 3, padding="same", use_bias=False)(x)
    x = _normalise_and_rectify(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.4)(x)
    logits = layers.Dense(11, name="logits")(x)
    return keras.Model(images, logits, name="reader")


def _normalise_and_rectify(x):
    # After the pooling, where a quarter of the values is left. The short memory (Keras's default is 0.99) lets the
    # moving averages follow runs of a few dozen steps too.
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
