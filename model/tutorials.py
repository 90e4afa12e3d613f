"""The networks' names and histories, and how the tutorials published them. No Keras is imported here."""

import argparse
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

from model.options import Options, add_options, read_options
from utils.command_line import one_of

HISTORIES = {
    "reader": "The shipped network: four convolutions, for people's drawings.",
    "light_reader": "Four smaller convolutions, the first with a stride: learns faster.",
    "dense": "One hidden layer of 128 neurons: the first network of most tutorials.",
    "scratch": "The same layers, learned in NumPy alone: every line of mathematics to read.",
    "deep_dense": "Three hidden layers with dropout and batch normalisation: the tutorials' second.",
    "simple_cnn": "One convolution before a dense layer: the tutorials' third.",
    "cnn": "Two convolutions with pooling: Keras's own example.",
    "lenet5": "LeNet-5, LeCun and others 1998: where reading digits with convolutions began.",
}
VALIDATED_ON_TEST = (
    "With --validate-on-test the test digits are looked at while it trains. Whatever is chosen by them (when to stop, "
    "which network) is chosen for them, so their accuracy no longer says how it reads digits that nobody has seen."
)


@dataclass(frozen=True)
class Published:
    """How a network was published; `train.py --preset` repeats it.

    Attributes
    ----------
    options : Options
        The options of the published training.
    accuracy : float or None
        The share of MNIST's test digits that its authors' network read right; None where they give no figure.
    """

    options: Options
    accuracy: float | None = None


def _published(network: str, epochs: int, batch_size: int, accuracy: float | None = None, **others: Any) -> Published:
    # All of them use Adam at its default rate, and MNIST as it is.
    plain: dict[str, Any] = {"learning_rate": 0.001, "constant_rate": True, "as_it_is": True}
    return Published(Options(network=network, epochs=epochs, batch_size=batch_size, **plain, **others), accuracy)


# The tutorials' dense network was published both ways, validated on training and on test digits. LeNet-5's accuracy is
# that of LeCun and others 1998, after 20 epochs of their own method; those of simple_cnn and cnn are their tutorials'
# (cnn: keras.io/examples/vision/mnist_convnet).
PUBLISHED = {
    "dense": _published("dense", 5, 64, validation_split=0.2, loss="one-hot"),
    "dense_validate_on_test": _published("dense", 10, 32, validate_on_test=True, loss="one-hot"),
    "scratch": _published("scratch", 5, 64, validation_split=0.2),
    "deep_dense": _published("deep_dense", 5, 64, validation_split=0.2),
    "simple_cnn": _published("simple_cnn", 10, 32, accuracy=0.985),
    "cnn": _published("cnn", 15, 128, accuracy=0.992, loss="one-hot"),
    "lenet5": _published("lenet5", 20, 32, accuracy=0.9905),
}


def add_options_and_presets(parser: argparse.ArgumentParser) -> None:
    """Add an argument for each field of `Options` to a command line, and ``--preset`` for a tutorial's options."""
    add_options(parser)
    parser.add_argument(
        "--preset",
        type=one_of(PUBLISHED),
        metavar="NAME",
        help="a network as it was published (--list shows its options); options given beside it take precedence",
    )


def parse(
    parser: argparse.ArgumentParser, read: Callable[[], argparse.Namespace]
) -> tuple[argparse.Namespace, Options]:
    """Read a command line that has the arguments of `add_options_and_presets`.

    Parameters
    ----------
    parser : ArgumentParser
        The parser with those arguments.
    read : callable
        Runs the parser. It is called a second time if there is a ``--preset``, with the preset's options as defaults.

    Returns
    -------
    arguments : Namespace
        All arguments.
    options : Options
        Those of them that are options of a training.
    """
    arguments = read()
    if arguments.preset:
        parser.set_defaults(**vars(PUBLISHED[arguments.preset].options))
        arguments = read()
    try:
        return arguments, read_options(arguments)
    except ValueError as error:
        parser.error(str(error))


class _Lenient(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


@cache  # the pages ask this for every card each time they run
def options_of(command: str) -> Options | None:
    """Find the options in a command: older cards have no others. None if the command cannot be understood.

    Examples
    --------
    >>> options_of("python train.py --preset cnn --seed 2").epochs
    15
    """
    parser = _Lenient(add_help=False)
    add_options_and_presets(parser)
    try:
        words: Sequence[str] = shlex.split(command)
        return parse(parser, lambda: parser.parse_known_args(words)[0])[1]
    except ValueError:
        return None
