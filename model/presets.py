"""How long to train, and how long that takes: what the page offers. No Keras is imported here."""

from dataclasses import dataclass, replace

from model.data.redrawn import has_drawn
from model.options import Options
from model.runs.folder import State

MNIST_IMAGES = 54_000  # of its training part
# On two cores, as `python -m model.measure benchmark training` measures them. In the first step TensorFlow plans.
SECONDS_TO_IMPORT = 3
SECONDS_TO_LOAD = 2
SECONDS_OF_FIRST_STEP = 2
SECONDS_TO_SAVE = 2.4
SECONDS_TO_MAKE_AN_IMAGE = 0.0002
SECONDS_TO_WRITE_A_CHARACTER = 0.0002
# A network reads in such a share of the time that it takes to learn: while it trains, with Keras; judged, with LiteRT.
VALIDATION_IMAGES = 8000
VALIDATION_SHARE = 0.25
JUDGED_IMAGES = 28_000
JUDGING_SHARE = 0.4
# What is drawn for it once, in a process of its own: the test digits. Those to validate with before it trains.
SECONDS_TO_DRAW_TESTS = 18
SECONDS_TO_DRAW_VALIDATION = 5.5
# Digits and what is no digit, written by rule: at most so many, and so large a share of the images shown.
MOST_CHARACTERS = 27_000
SHARE_OF_CHARACTERS = 0.45
RATE_AS_IT_IS = 0.003
BATCH_SIZE_AS_IT_IS = 64
# What a network takes to learn from an image.
SECONDS_AN_IMAGE = {
    "reader": 0.0004,
    "light_reader": 0.00027,
    "dense": 0.000025,
    "scratch": 0.000025,
    "deep_dense": 0.000065,
    "simple_cnn": 0.00016,
    "cnn": 0.0002,
    "lenet5": 0.00012,
}


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

    def options(self, network: str, start_from: str | None = None, knows_no_digit: bool = True) -> Options:
        """Choose the options for a network: from scratch, or to go on from what may not know what is no digit.

        An epoch shows thousands of images at least, and no more than MNIST has.
        """
        options = Options(
            network=network,
            start_from=start_from,
            epochs=self.epochs,
            images=MNIST_IMAGES,
            as_it_is=not knows_no_digit if start_from else self.as_it_is,
        )
        if options.as_it_is and not start_from:
            options = replace(options, batch_size=BATCH_SIZE_AS_IT_IS, learning_rate=RATE_AS_IT_IS)
        if not self.seconds:
            return options
        epochs = min(self.epochs, max(1, int(self.seconds / 3 / seconds_to_validate(network))))
        few, more = (training_seconds(replace(options, epochs=epochs, images=images)) for images in (1000, 2000))
        affordable = 1000 + 1000 * (self.seconds - few) / (more - few)
        return replace(options, epochs=epochs, images=int(min(max(affordable // 100 * 100, 1000), MNIST_IMAGES)))


PRESETS = {
    "Quick": Preset("light_reader", 3, 20, as_it_is=True),
    "Thorough": Preset("light_reader", 3, 40),
    "Whole": Preset("reader", 30, None),
}


def seconds_to_validate(network: str) -> float:
    """Estimate how long the network takes to read the validation part, after each epoch."""
    return 0.2 + VALIDATION_IMAGES * VALIDATION_SHARE * SECONDS_AN_IMAGE[network]


def seconds_between_epochs(options: Options) -> float:
    """Estimate how long it takes to validate, and to make the images of another epoch."""
    images = options.images or MNIST_IMAGES
    return seconds_to_validate(options.network) + images * SECONDS_TO_MAKE_AN_IMAGE * (not options.as_it_is)


def training_seconds(options: Options) -> float:
    """Estimate how long a network takes to learn, with making the images and validating."""
    learning = (options.images or MNIST_IMAGES) * SECONDS_AN_IMAGE[options.network]
    return SECONDS_OF_FIRST_STEP + options.epochs * (learning + seconds_between_epochs(options))


def expected_seconds(options: Options) -> dict[State, float]:
    """Estimate what loading, training and judging take, on two cores.

    Only what is drawn already in the state folder is known here: people's strokes are not reckoned with.
    """
    training, drawn = training_seconds(options), has_drawn()
    shown = options.epochs * (options.images or MNIST_IMAGES)
    characters = 0 if options.as_it_is else min(shown * SHARE_OF_CHARACTERS, MOST_CHARACTERS)
    return {
        State.PREPARING: SECONDS_TO_IMPORT
        + SECONDS_TO_LOAD
        + SECONDS_TO_WRITE_A_CHARACTER * characters
        + SECONDS_TO_DRAW_VALIDATION * (not drawn),
        State.TRAINING: training,
        State.JUDGING: SECONDS_TO_SAVE
        + JUDGED_IMAGES * JUDGING_SHARE * SECONDS_AN_IMAGE[options.network]
        + max(0, SECONDS_TO_DRAW_TESTS - training) * (not drawn),
    }
