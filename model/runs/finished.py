"""The networks on this machine, those shipped and those of the runs, and their names."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from statistics import mean, stdev
from typing import TypedDict

from model.card import ALL_SHIPPED, SHIPPED, TUTORIALS, Card, CheckpointError, read_card
from model.runs.folder import CONFIG_FILE
from model.runs.jobs import list_runs
from utils.files import open_file, write_atomically
from utils.json_files import Positive, UnreadableError, read_json
from utils.words import SET_TITLES, TestPart, run_title, when_begun

NAME_FILE = "name.txt"
MOST_LETTERS = 40


class _Config(TypedDict):
    network: str
    epochs: Positive
    start_from: str | None


@dataclass(frozen=True)
class Trained:
    """A trained network.

    Attributes
    ----------
    folder : Path
        Where its files are.
    card : Card
        What is known of it.
    name : str
        What the page calls it (see `name_runs`).
    """

    folder: Path
    card: Card
    name: str

    @property
    def settings(self) -> str:
        """The options that it was trained with, as on the command line, without defaults, network and seed.

        Where they are not known, the whole command (see `Card.how_trained`).
        """
        options = self.card.how_trained
        return " ".join(options.as_arguments(without=("network", "seed"))) if options else self.card.command


def find_trained(now: datetime) -> list[Trained]:
    """Find the networks that can read; for `now` see `name_runs`.

    First the one that reads until another is chosen, then those of all finished runs, the newest first, and last the
    tutorials'.
    """
    found, names = [], name_runs(now)
    for folder in (SHIPPED, *list_runs(), *TUTORIALS):
        try:
            found.append(Trained(folder, read_card(folder), names[folder]))
        except (CheckpointError, KeyError):  # not finished, or begun since the names were given
            continue
    return found


def name_runs(now: datetime) -> dict[Path, str]:
    """Name the shipped networks and every run, each by a name of its own.

    Parameters
    ----------
    now : datetime
        The time now, in the time zone of whoever reads the names.
    """
    names: dict[Path, str] = {}
    for folder in (*ALL_SHIPPED, *reversed(list_runs())):  # the oldest first, so that a name stays when another comes
        name = _given_name(folder) or _plain_name(folder, now)
        candidates = chain([name], (f"{name} ({number})" for number in count(2)))
        names[folder] = next(name for name in candidates if name not in names.values())
    return names


def _given_name(folder: Path) -> str:
    try:
        with open_file(folder / NAME_FILE) as file:
            return _in_a_line(file.read(4 * MOST_LETTERS).decode(errors="replace"))
    except OSError:
        return ""


def _plain_name(folder: Path, now: datetime) -> str:
    try:
        card = read_card(folder)
        if folder == SHIPPED:
            return f"{card.network}, shipped"
        if folder in TUTORIALS:
            return card.network
        return run_title(card.network, card.epochs, folder.name, now)
    except CheckpointError:
        pass  # not finished: its config.json says the same
    try:
        config = read_json(folder / CONFIG_FILE, _Config)
        start_from = config["start_from"]
        network = read_card(Path(start_from)).network if start_from else config["network"]
        return run_title(network, config["epochs"], folder.name, now)
    except (FileNotFoundError, UnreadableError, CheckpointError):
        return f"a run, {when_begun(folder.name, now)}"


def rename(folder: Path, name: str) -> None:
    """Give a run another name: one line of at most `MOST_LETTERS` letters. An empty name restores the first one.

    Raises
    ------
    OSError
        If it cannot be written: the run is gone, or the disk is full.
    """
    write_atomically(folder / NAME_FILE, lambda path: path.write_text(_in_a_line(name), encoding="utf-8"))


def _in_a_line(text: str) -> str:
    # Leaves out what is invisible, and what changes the direction of the text after it.
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:MOST_LETTERS].strip()


class Average(TypedDict):
    """How networks that differ by nothing but their seed read a test part.

    Attributes
    ----------
    network : str
        The name of the architecture.
    settings : str
        How they were trained: see `Trained.settings`.
    parameters : int
        How many each of them has.
    seeds : int
        How many networks there are, each with another seed.
    set : str
        The test part.
    accuracy : float
        The mean share read right.
    spread : float
        The standard deviation of that share; 0 if there is one seed.
    """

    network: str
    settings: str
    parameters: int
    seeds: int
    set: TestPart
    accuracy: float
    spread: float


def average_over_seeds(networks: list[Trained]) -> list[Average]:
    """Average the accuracies of networks that differ by nothing but their seed.

    Parameters
    ----------
    networks : list of Trained
        Those with the same network, settings, data and seed are the same network: only the first of them counts.

    Returns
    -------
    list of Average
        One for each such group and test part.
    """
    groups: dict[tuple[str, int, str, str, int], dict[int, Card]] = defaultdict(dict)
    for network in networks:
        card = network.card
        group = (card.network, card.parameters, network.settings, card.data_sha256, card.train_writers)
        groups[group].setdefault(card.seed, card)
    rows: list[Average] = []
    for (name, parameters, settings, *_), cards in groups.items():
        for part in sorted(SET_TITLES):
            accuracies = [card.accuracy[part] for card in cards.values() if part in card.accuracy]
            if not accuracies:
                continue
            rows.append(
                {
                    "network": name,
                    "settings": settings or "the defaults",
                    "parameters": parameters,
                    "seeds": len(accuracies),
                    "set": part,
                    "accuracy": mean(accuracies),
                    "spread": stdev(accuracies) if len(accuracies) > 1 else 0.0,
                }
            )
    return rows
