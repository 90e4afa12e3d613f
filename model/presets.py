"""The networks' names and histories, and how long to train them: what the page offers. No Keras is imported here."""

from dataclasses import dataclass
from pathlib import Path

MNIST_IMAGES = 54_000  # of its training part
# On two cores; preparing and judging come once, and so does the first step, for which TensorFlow makes its plan.
SECONDS_AROUND, SECONDS_OF_FIRST_STEP = 90, 7.5
SECONDS_TO_MAKE_AN_IMAGE, SECONDS_TO_VALIDATE = 0.0002, 4
RATE_TO_GO_ON, RATE_ANEW = 0.0005, 0.006


@dataclass(frozen=True)
class Network:
    """What is known of a network before it is trained (`model.architectures` builds it).

    Attributes
    ----------
    history : str
        Where it comes from, in a line.
    seconds_an_image : float
        What it takes to learn from one, on two cores.
    """

    history: str
    seconds_an_image: float


NETWORKS = {
    "reader": Network("The shipped network: four convolutions, for people's drawings.", 0.0014),
    "light_reader": Network("Four smaller convolutions, the first with a stride: learns faster.", 0.00032),
    "dense": Network("One hidden layer of 128 neurons: the first network of most tutorials.", 0.00003),
    "scratch": Network("The same layers, learned in NumPy alone: every line of mathematics to read.", 0.00003),
    "deep_dense": Network("Three hidden layers with dropout and batch normalisation: the tutorials' second.", 0.00005),
    "simple_cnn": Network("One convolution before a dense layer: the tutorials' third.", 0.0003),
    "cnn": Network("Two convolutions with pooling: Keras's own example.", 0.0003),
    "lenet5": Network("LeNet-5, LeCun and others 1998: where reading digits with convolutions began.", 0.0002),
}


@dataclass(frozen=True)
class Published:
    """How a network was published: what `train.py --preset` does.

    Attributes
    ----------
    options : dict of str to object
        Those of `train.py`; what is not named stays the default.
    accuracy : float or None
        What its authors read right of MNIST's test digits; None where they give no figure.
    """

    options: dict[str, object]
    accuracy: float | None = None


def _published(network: str, epochs: int, batch_size: int, accuracy: float | None = None, **others) -> Published:
    # Adam at its default rate and MNIST as it is, all of them.
    options = {"network": network, "epochs": epochs, "batch_size": batch_size, "learning_rate": 0.001}
    return Published(options | {"constant_rate": True, "as_it_is": True} | others, accuracy)


# The tutorials' dense network is published both ways. LeNet-5's accuracy is that of LeCun and others 1998, after 20
# epochs of their own method; simple_cnn's and cnn's are their tutorials' (keras.io/examples/vision/mnist_convnet).
PUBLISHED = {
    "dense": _published("dense", 5, 64, validation_split=0.2, loss="one-hot"),
    "dense_validate_on_test": _published("dense", 10, 32, validate_on_test=True, loss="one-hot"),
    "scratch": _published("scratch", 5, 64, validation_split=0.2),
    "deep_dense": _published("deep_dense", 5, 64, validation_split=0.2),
    "simple_cnn": _published("simple_cnn", 10, 32, accuracy=0.985),
    "cnn": _published("cnn", 15, 128, accuracy=0.992, loss="one-hot"),
    "lenet5": _published("lenet5", 20, 32, accuracy=0.9905),
}


@dataclass(frozen=True)
class Preset:
    """How long to train.

    Attributes
    ----------
    network : str
        Where it starts from scratch.
    epochs : int
    seconds : float or None
        What the training may take, on two cores: so many images are shown. None: as many as MNIST has, each epoch.
    """

    network: str
    epochs: int
    seconds: float | None

    def images(self, network: str) -> int:
        """Work out how many images an epoch shows to this network: thousands at least, and no more than MNIST has."""
        if self.seconds is None:
            return MNIST_IMAGES
        besides, with_one = training_seconds(0, self.epochs, network), training_seconds(1, self.epochs, network)
        images = (self.seconds - besides) / (with_one - besides) / self.epochs
        return int(min(max(images // 100 * 100, 1000), MNIST_IMAGES))


PRESETS = {
    "Quick": Preset("light_reader", 1, 15),
    "Thorough": Preset("light_reader", 2, 40),
    "Whole": Preset("reader", 30, None),
}


def training_seconds(images: int, epochs: int, network: str) -> float:
    """Estimate how long a network takes to learn from so many images in all, on two cores, with making them."""
    learning = images * (SECONDS_TO_MAKE_AN_IMAGE + NETWORKS[network].seconds_an_image)
    return SECONDS_OF_FIRST_STEP + epochs * SECONDS_TO_VALIDATE + learning


def training_options(
    epochs: int, images: int, learning_rate: float, seed: int, start_from: Path | None, network: str
) -> list[str]:
    """Write the options of `train.py`: to go on from the network in a folder, or from scratch with one by name."""
    return [
        *(f"--epochs={epochs}", f"--images={images}", f"--learning-rate={learning_rate}", f"--seed={seed}"),
        f"--start-from={start_from}" if start_from else f"--network={network}",
    ]
