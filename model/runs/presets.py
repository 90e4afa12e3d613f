"""The presets of the page (Quick, Thorough, Whole), and how long a training takes. No Keras is imported here."""

from dataclasses import dataclass, replace

from model.data.redrawn import has_drawn
from model.options import Options
from model.runs.folder import State

MNIST_IMAGES = 54_000  # that are trained on, without the validation part
# Seconds on two cores, as `python -m model.measure benchmark training` measures them. In the first step TensorFlow
# makes its plan.
SECONDS_TO_IMPORT = 2.4
SECONDS_TO_LOAD = 0.6
SECONDS_OF_FIRST_STEP = 2
SECONDS_TO_SAVE = 1.6
SECONDS_TO_MAKE_AN_IMAGE = 0.0002
SECONDS_TO_WRITE_A_CHARACTER = 0.0002
# Reading an image takes a share of the time that learning from it takes: one share with Keras, while it trains, and
# another with LiteRT, when it is judged.
VALIDATION_IMAGES = 8000
VALIDATION_SHARE = 0.25
JUDGED_IMAGES = 28_000
JUDGING_SHARE = 0.3
# The first training draws the test digits, in a process of their own, and digits to validate with, before it trains.
SECONDS_TO_DRAW_TESTS = 16
SECONDS_TO_DRAW_VALIDATION = 5.5
# Digits and what is no digit, written by rule: at most so many, and so large a share of the images shown.
MOST_CHARACTERS = 27_000
SHARE_OF_CHARACTERS = 0.45
RATE_AS_IT_IS = 0.003
BATCH_SIZE_AS_IT_IS = 64
# To learn from one image.
SECONDS_AN_IMAGE = {
    "reader": 0.0004,
    "light_reader": 0.00027,
    "dense": 0.000025,
    "scratch": 0.000025,
    "deep_dense": 0.000065,
    "simple_cnn": 0.00016,
    "cnn": 0.00016,
    "lenet5": 0.00012,
}


@dataclass(frozen=True)
class Preset:
    """One choice of how long to train.

    Attributes
    ----------
    network : str
        The one to train from scratch, unless the user chooses another.
    epochs : int
        At most. There are fewer if validating after each would take more than a third of the seconds.
    seconds : float or None
        How long the training may take on two cores; it decides how many images an epoch shows. None: as many as MNIST
        has.
    as_it_is : bool
        Whether a network from scratch learns MNIST as it is, in small batches, as the tutorials do. In a short
        training this reads best, but what is no digit is not learned.
    """

    network: str
    epochs: int
    seconds: float | None
    as_it_is: bool = False

    def options(self, network: str, start_from: str | None = None, knows_no_digit: bool = True) -> Options:
        """Choose the options of a training.

        Parameters
        ----------
        network : str
            A key of `SECONDS_AN_IMAGE`.
        start_from : str, optional
            The folder of the network to go on from. Default: from scratch.
        knows_no_digit : bool
            Whether the network to go on from has a class for what is no digit.

        Returns
        -------
        Options
            An epoch shows at least a thousand images, and at most as many as MNIST has.
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
    """Estimate how long the network takes to read the validation part once."""
    return 0.2 + VALIDATION_IMAGES * VALIDATION_SHARE * SECONDS_AN_IMAGE[network]


def seconds_between_epochs(options: Options) -> float:
    """Estimate how long it takes to validate, and to make the images of the next epoch."""
    images = options.images or MNIST_IMAGES
    return seconds_to_validate(options.network) + images * SECONDS_TO_MAKE_AN_IMAGE * (not options.as_it_is)


def training_seconds(options: Options) -> float:
    """Estimate how long the training itself takes, with making the images and validating."""
    learning = (options.images or MNIST_IMAGES) * SECONDS_AN_IMAGE[options.network]
    return SECONDS_OF_FIRST_STEP + options.epochs * (learning + seconds_between_epochs(options))


def expected_seconds(options: Options) -> dict[State, float]:
    """Estimate the seconds that loading, training and judging take, on two cores.

    Drawings that the state folder keeps from earlier trainings are taken into account; people's strokes are not.
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
