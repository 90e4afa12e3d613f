"""How to train: one set of options for the command line, run folders, cards, presets, the page and the search.

No Keras is imported here.
"""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from utils.command_line import one_of

NETWORKS = ("reader", "light_reader", "dense", "scratch", "deep_dense", "simple_cnn", "cnn", "lenet5")
LOSSES = ("sparse", "one-hot")
OPTIMIZERS = ("adam", "adamw", "nadam", "rmsprop", "sgd")
OPTIMIZERS_OF_SCRATCH = ("adam", "sgd")
MOST_NEURONS = 10_000
RATE_FROM_SCRATCH = 0.006
RATE_TO_GO_ON = 0.0005
RATE_TO_TEACH = 0.001


def _option(default: object, help_text: str, **for_argparse: object) -> Any:
    return field(default=default, metadata={"help": help_text, **for_argparse})


@dataclass(frozen=True)
class Options:
    """Everything that decides a training except its data.

    Each field is an option of ``train.py``, and is explained by its help text.

    Raises
    ------
    ValueError
        If a value is out of range. The message names the option and says what was expected.
    """

    network: str = _option("reader", "what to train; --list shows all networks", type=one_of(NETWORKS), metavar="NAME")
    hidden: tuple[int, ...] = _option(
        (128,), "neurons in each hidden layer, for dense and scratch", type=int, metavar="N"
    )
    dropout: float = _option(0.0, "share of its neurons that dense leaves out in each step", type=float)
    start_from: str | None = _option(None, "the folder of a network to go on from", type=str, metavar="DIR")
    corrections: str | None = _option(
        None,
        "with --start-from: learn from what people corrected, too; URL: the database, else the page's",
        type=str,
        nargs="?",
        const="",
        metavar="URL",
    )
    epochs: int = _option(25, "how often the network is shown the images", type=int)
    images: int | None = _option(None, "images in an epoch; default: as many as MNIST's training part has", type=int)
    batch_size: int = _option(256, "images in a step", type=int)
    learning_rate: float | None = _option(
        None,
        f"learning rate at its peak; default: {RATE_FROM_SCRATCH} from scratch, {RATE_TO_GO_ON} with --start-from, "
        f"{RATE_TO_TEACH} with --corrections",
        type=float,
    )
    constant_rate: bool = _option(False, "keep the learning rate constant: no warm-up, no cosine decay")
    optimizer: str = _option("adam", ", ".join(OPTIMIZERS), type=one_of(OPTIMIZERS), metavar="NAME")
    loss: str = _option("sparse", "cross-entropy, with labels sparse or one-hot", type=one_of(LOSSES), metavar="NAME")
    as_it_is: bool = _option(False, "train on MNIST as it is: nothing distorted, drawn or added")
    validation_split: float = _option(0.1, "share of MNIST's training images to validate with", type=float)
    validate_on_test: bool = _option(False, "validate on the test digits, as some tutorials do: flatters, see --list")
    seed: int = _option(0, "of all that is random: the first weights, the training, the split", type=int)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))  # argparse gives a list
        if self.learning_rate is None:
            rate = (
                RATE_FROM_SCRATCH
                if not self.start_from
                else RATE_TO_GO_ON
                if self.corrections is None
                else RATE_TO_TEACH
            )
            object.__setattr__(self, "learning_rate", rate)
        self._check_names()
        self._check_corrections()
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

    def _check_corrections(self) -> None:
        if self.corrections is None:
            return
        if not self.start_from:
            raise ValueError("--corrections teach a network that reads already; expected --start-from DIR beside it")
        if urlsplit(self.corrections).password is not None:  # the options are on the network's card for all to see
            raise ValueError(
                "--corrections has a password, which would be on the network's card; expected a URL without one. Give "
                "the whole URL by the environment variable DIGITS_DATABASE_URL, and --corrections alone"
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

    def as_arguments(self, without: Iterable[str] = ()) -> list[str]:
        """Write the options as arguments of ``train.py``, without those that are the defaults or named in `without`.

        Examples
        --------
        >>> Options(network="dense", hidden=(64, 32), as_it_is=True, learning_rate=0.006).as_arguments()
        ['--network', 'dense', '--hidden', '64', '32', '--as-it-is']
        """
        begin = {"start_from": None, "corrections": None}
        defaults = vars(Options(start_from=self.start_from, corrections=self.corrections)) | begin
        words: list[str] = []
        for name, value in vars(self).items():
            if value == defaults[name] or name in without:
                continue
            words.append(as_flag(name))
            if value is not True and value != "":
                words += map(str, value) if isinstance(value, tuple) else [str(value)]
        return words


def as_flag(name: str) -> str:
    """Write an option's name as a flag: ``batch_size`` as ``--batch-size``."""
    return f"--{name.replace('_', '-')}"


def add_mnist(parser: argparse.ArgumentParser) -> None:
    """Add ``--mnist`` to a command line."""
    parser.add_argument(
        "--mnist", type=Path, metavar="PATH", help="mnist.npz; else the file that MNIST_PATH names, else a download"
    )


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add ``--mnist`` and ``--strokes`` to a command line."""
    add_mnist(parser)
    parser.add_argument(
        "--strokes", type=Path, metavar="PATH", help="people's pen strokes; else the file that STROKES_PATH names"
    )


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add all of `Options` to a command line."""
    group = parser.add_argument_group("training")
    for option in fields(Options):
        settings = dict(option.metadata) | {"help": option.metadata["help"].replace("%", "%%")}
        if option.type is bool:
            settings["action"] = "store_true"
        elif isinstance(option.default, tuple):
            settings["nargs"] = "+"
        group.add_argument(as_flag(option.name), default=option.default, **settings)


def read_options(arguments: argparse.Namespace) -> Options:
    """Make the options from what a parser has read.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    return Options(**{option.name: getattr(arguments, option.name) for option in fields(Options)})
