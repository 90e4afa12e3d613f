"""The networks' names and histories, and how long to train them: what the page offers. No Keras is imported here."""

from dataclasses import dataclass
from pathlib import Path

from model.data.redrawn import has_drawn
from model.runs.folder import State

MNIST_IMAGES = 54_000  # of its training part
# On two cores, as `python -m model.measure benchmark training` measures them. In the first step TensorFlow plans.
SECONDS_TO_LOAD, SECONDS_OF_FIRST_STEP, SECONDS_TO_SAVE = 3, 2, 2.4
SECONDS_TO_MAKE_AN_IMAGE, SECONDS_TO_WRITE_A_CHARACTER = 0.0002, 0.0002
# A network reads in such a share of the time that it takes to learn: while it trains, with Keras; judged, with LiteRT.
VALIDATION_IMAGES, VALIDATION_SHARE = 8000, 0.25
JUDGED_IMAGES, JUDGING_SHARE = 28_000, 0.2
# What is drawn for it once, in a process of its own: the test digits. Those to validate with before it trains.
SECONDS_TO_DRAW_TESTS, SECONDS_TO_DRAW_VALIDATION = 18, 5.5
MOST_CHARACTERS = 27_000  # digits and what is none, by rule; of either at most as many as are shown
RATE_TO_GO_ON, RATE_ANEW, RATE_AS_IT_IS = 0.0005, 0.006, 0.003
BATCH_SIZE, BATCH_SIZE_AS_IT_IS = 256, 64


@dataclass(frozen=True)
class Network:
    """What is known of a network before it is trained (`model.networks` builds it).

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
    "reader": Network("The shipped network: four convolutions, for people's drawings.", 0.00075),
    "light_reader": Network("Four smaller convolutions, the first with a stride: learns faster.", 0.00027),
    "dense": Network("One hidden layer of 128 neurons: the first network of most tutorials.", 0.000025),
    "scratch": Network("The same layers, learned in NumPy alone: every line of mathematics to read.", 0.000025),
    "deep_dense": Network("Three hidden layers with dropout and batch normalisation: the tutorials' second.", 0.000065),
    "simple_cnn": Network("One convolution before a dense layer: the tutorials' third.", 0.00016),
    "cnn": Network("Two convolutions with pooling: Keras's own example.", 0.0002),
    "lenet5": Network("LeNet-5, LeCun and others 1998: where reading digits with convolutions began.", 0.00012),
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
class Options:
    """How to train: options of `train.py`."""

    epochs: int
    images: int
    batch_size: int
    learning_rate: float
    as_it_is: bool


@dataclass(frozen=True)
class Preset:
    """How long to train.

    Attributes
    ----------
    network : str
        Where it starts from scratch.
    epochs : int
        At most: to validate after each may take a third of the seconds.
    seconds : float or None
        What the training may take, on two cores: so many images are shown. None: as many as MNIST has, each epoch.
    as_it_is : bool
        Whether a network from scratch is shown MNIST as it is, in small batches, as the tutorials do: so it learns most
        in little time, but not what is no digit.
    """

    network: str
    epochs: int
    seconds: float | None
    as_it_is: bool = False

    def options(self, network: str, anew: bool, knows_no_digit: bool = True) -> Options:
        """Choose the options for a network: from scratch, or to go on from what may not know what is no digit.

        An epoch shows thousands of images at least, and no more than MNIST has.
        """
        as_it_is = self.as_it_is if anew else not knows_no_digit
        batch_size, rate = BATCH_SIZE, RATE_ANEW if anew else RATE_TO_GO_ON
        if anew and as_it_is:
            batch_size, rate = BATCH_SIZE_AS_IT_IS, RATE_AS_IT_IS
        epochs, images = self.epochs, MNIST_IMAGES
        if self.seconds:
            epochs = min(epochs, max(1, int(self.seconds / 3 / seconds_to_validate(network))))
            besides, with_one = (training_seconds(n, epochs, network, as_it_is) for n in (0, 1))
            affordable = (self.seconds - besides) / (with_one - besides)
            images = int(min(max(affordable // 100 * 100, 1000), MNIST_IMAGES))
        return Options(epochs, images, batch_size, rate, as_it_is)


PRESETS = {
    "Quick": Preset("light_reader", 3, 20, as_it_is=True),
    "Thorough": Preset("light_reader", 3, 40),
    "Whole": Preset("reader", 30, None),
}


def seconds_to_validate(network: str) -> float:
    """Estimate how long the network takes to read the validation part, after each epoch."""
    return 0.2 + VALIDATION_IMAGES * VALIDATION_SHARE * NETWORKS[network].seconds_an_image


def seconds_between_epochs(images: int, network: str, as_it_is: bool) -> float:
    """Estimate how long it takes to validate, and to make the images of another epoch."""
    return seconds_to_validate(network) + images * SECONDS_TO_MAKE_AN_IMAGE * (not as_it_is)


def training_seconds(images: int, epochs: int, network: str, as_it_is: bool) -> float:
    """Estimate how long a network takes to learn from so many images an epoch, with making them."""
    learning = images * NETWORKS[network].seconds_an_image
    return SECONDS_OF_FIRST_STEP + epochs * (learning + seconds_between_epochs(images, network, as_it_is))


def expected_seconds(images: int, epochs: int, network: str, as_it_is: bool) -> dict[State, float]:
    """Estimate what loading, training on so many images an epoch, and judging take, on two cores.

    Only what is drawn already in the state folder is known here: people's strokes are not reckoned with.
    """
    training, drawn = training_seconds(images, epochs, network, as_it_is), has_drawn()
    characters = 0 if as_it_is else min(2 * epochs * images, MOST_CHARACTERS)
    return {
        State.PREPARING: SECONDS_TO_LOAD
        + SECONDS_TO_WRITE_A_CHARACTER * characters
        + SECONDS_TO_DRAW_VALIDATION * (not drawn),
        State.TRAINING: training,
        State.JUDGING: SECONDS_TO_SAVE
        + JUDGED_IMAGES * JUDGING_SHARE * NETWORKS[network].seconds_an_image
        + max(0, SECONDS_TO_DRAW_TESTS - training) * (not drawn),
    }


def training_options(options: Options, seed: int, start_from: Path | None, network: str) -> list[str]:
    """Write the options of `train.py`: to go on from the network in a folder, or from scratch with one by name."""
    return [
        *(f"--epochs={options.epochs}", f"--images={options.images}", f"--batch-size={options.batch_size}"),
        *(f"--learning-rate={options.learning_rate}", f"--seed={seed}"),
        *["--as-it-is"] * options.as_it_is,
        f"--start-from={start_from}" if start_from else f"--network={network}",
    ]
