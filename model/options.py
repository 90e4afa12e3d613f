"""How to train: the options that the command line, run folders, cards, presets, the page and the search all speak.

No Keras is imported here.
"""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from utils.command_line import one_of

NETWORKS = ("reader", "light_reader", "dense", "scratch", "deep_dense", "simple_cnn", "cnn", "lenet5")
LOSSES = ("sparse", "one-hot")
OPTIMIZERS = ("adam", "adamw", "nadam", "rmsprop", "sgd")
OPTIMIZERS_OF_SCRATCH = ("adam", "sgd")
MOST_NEURONS = 10_000
RATE_ANEW, RATE_TO_GO_ON = 0.006, 0.0005


def _option(default: object, help_text: str, **how: object) -> Any:
    # `how` is for argparse.
    return field(default=default, metadata={"help": help_text, **how})


@dataclass(frozen=True)
class Options:
    """Everything that decides a training, but its data; each is an option of ``train.py``.

    Raises
    ------
    ValueError
        If one is out of range. The sentence names it, and says what was expected.
    """

    network: str = _option("reader", "--list says which there are", type=one_of(NETWORKS), metavar="NAME")
    hidden: tuple[int, ...] = _option((128,), "neurons of each layer of dense and scratch", type=int, metavar="N")
    dropout: float = _option(0.0, "share of dense's neurons left out in each step", type=float)
    start_from: str | None = _option(None, "the folder of a network to go on from", type=str, metavar="DIR")
    epochs: int = _option(25, "how often it is shown the images", type=int)
    images: int | None = _option(None, "an epoch; default: as many as MNIST's training part has", type=int)
    batch_size: int = _option(256, "images in a step", type=int)
    learning_rate: float | None = _option(
        None, f"at its peak; default: {RATE_ANEW} from scratch, {RATE_TO_GO_ON} with --start-from", type=float
    )
    constant_rate: bool = _option(False, "the learning rate neither rises at first nor falls along a cosine")
    optimizer: str = _option("adam", ", ".join(OPTIMIZERS), type=one_of(OPTIMIZERS), metavar="NAME")
    loss: str = _option("sparse", "cross-entropy: sparse, or one-hot", type=one_of(LOSSES), metavar="NAME")
    as_it_is: bool = _option(False, "MNIST as it is: nothing distorted, drawn or added")
    validation_split: float = _option(0.1, "share of MNIST's training images to validate with", type=float)
    validate_on_test: bool = _option(False, "on the test digits, as some tutorials do: flatters, see --list")
    seed: int = _option(0, "of the first weights, of chance in training, and of the split", type=int)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))  # argparse gives a list
        if self.learning_rate is None:
            object.__setattr__(self, "learning_rate", RATE_TO_GO_ON if self.start_from else RATE_ANEW)
        self._check_names()
        self._check_numbers()

    def _check_names(self) -> None:
        for name, known in (("network", NETWORKS), ("optimizer", OPTIMIZERS), ("loss", LOSSES)):
            if getattr(self, name) not in known:
                raise ValueError(f"--{name} is {getattr(self, name)}; expected one of {', '.join(known)}")
        if self.network == "scratch" and self.optimizer not in OPTIMIZERS_OF_SCRATCH:
            raise ValueError(
                f"--optimizer is {self.optimizer}; scratch, which is written out in NumPy, knows "
                f"{' and '.join(OPTIMIZERS_OF_SCRATCH)}"
            )

    def _check_numbers(self) -> None:
        for name, least in (("epochs", 1), ("images", 1), ("batch_size", 1), ("seed", 0)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{as_flag(name)} is {value}; expected {least} or more")
        for neurons in self.hidden:
            if not 1 <= neurons <= MOST_NEURONS:
                raise ValueError(f"--hidden is {neurons}; expected from 1 to {MOST_NEURONS:,} neurons in a layer")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"--dropout is {self.dropout}; expected from 0 to below 1, such as 0.2")
        if self.learning_rate is not None and not 0 < self.learning_rate < float("inf"):
            raise ValueError(f"--learning-rate is {self.learning_rate}; expected a number above 0, such as 0.002")
        if not 0 < self.validation_split < 1:
            raise ValueError(f"--validation-split is {self.validation_split}; expected between 0 and 1, such as 0.1")

    def as_arguments(self, but: Iterable[str] = ()) -> list[str]:
        """Write the options as words of a command line: those that are not the defaults, without those in `but`.

        Examples
        --------
        >>> Options(network="dense", hidden=(64, 32), as_it_is=True, learning_rate=0.006).as_arguments()
        ['--network', 'dense', '--hidden', '64', '32', '--as-it-is']
        """
        defaults, words = vars(Options(start_from=self.start_from)) | {"start_from": None}, []
        for name, value in vars(self).items():
            if value == defaults[name] or name in but:
                continue
            words.append(as_flag(name))
            if value is not True:
                words += map(str, value) if isinstance(value, tuple) else [str(value)]
        return words


def as_flag(name: str) -> str:
    """Write an option's name as the command line has it: ``batch_size`` as ``--batch-size``."""
    return f"--{name.replace('_', '-')}"


def add_mnist(parser: argparse.ArgumentParser) -> None:
    """Let a command line name MNIST's file."""
    parser.add_argument(
        "--mnist", type=Path, metavar="PATH", help="mnist.npz; else MNIST_PATH, else Keras downloads it"
    )


def add_data(parser: argparse.ArgumentParser) -> None:
    """Let a command line name the files of data."""
    add_mnist(parser)
    parser.add_argument("--strokes", type=Path, metavar="PATH", help="people's pen strokes; else STROKES_PATH")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let a command line take all of `Options`."""
    group = parser.add_argument_group("training")
    for option in fields(Options):
        how = dict(option.metadata) | {"help": option.metadata["help"].replace("%", "%%")}
        if option.type is bool:
            how["action"] = "store_true"
        elif isinstance(option.default, tuple):
            how["nargs"] = "+"
        group.add_argument(as_flag(option.name), default=option.default, **how)


def read_options(arguments: argparse.Namespace) -> Options:
    """Take the options from what a parser has read.

    Raises
    ------
    ValueError
        As `Options`.
    """
    return Options(**{option.name: getattr(arguments, option.name) for option in fields(Options)})
