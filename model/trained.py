"""The trained networks on this machine: the shipped one, and those of the finished runs."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev

from model.checkpoint import SHIPPED, Card, CheckpointError, read_card
from utils.jobs import list_runs
from utils.words import run_title

# What the card says of its own, and where things lie.
NO_SETTINGS = ("--network", "--seed", "--run-dir", "--mnist", "--strokes")


@dataclass(frozen=True)
class Trained:
    """A trained network: where it is, and its card."""

    folder: Path
    card: Card

    @property
    def name(self) -> str:
        """What to call it."""
        return f"{self.card.network}, {'shipped' if self.folder == SHIPPED else run_title(self.folder.name)}"

    @property
    def settings(self) -> str:
        """The options that it was trained with, in the alphabet's order: "--as-it-is --epochs 5"; not its seed."""
        options, option = {}, None
        for word in self.card.command.split():
            if word.startswith("--"):
                option, _, value = word.partition("=")
                options[option] = value.split()
            elif option:  # what is before the first is the program
                options[option].append(word)
        return " ".join(
            " ".join((option, *values)) for option, values in sorted(options.items()) if option not in NO_SETTINGS
        )


def find_trained() -> list[Trained]:
    """Find the shipped network and those of all finished runs, the newest first."""
    found = []
    for folder in (SHIPPED, *list_runs()):
        try:
            found.append(Trained(folder, read_card(folder)))
        except CheckpointError:
            continue  # not finished; the page Training says why
    return found


def average_over_seeds(networks: list[Trained]) -> list[dict]:
    """Average the accuracies of networks that differ by nothing but their seed.

    Parameters
    ----------
    networks : list of Trained
        Of the same network, settings and data the first of each seed counts: another would be the same again.

    Returns
    -------
    list of dict
        For each such group and test part: ``network``, ``settings``, ``parameters``, ``seeds`` (how many), ``set``,
        ``accuracy`` (the mean) and ``spread`` (the standard deviation; 0 where there is one seed).
    """
    groups = defaultdict(dict)
    for network in networks:
        card = network.card
        alike = (card.network, card.parameters, network.settings, card.data_sha256, card.train_writers)
        groups[alike].setdefault(card.seed, card)
    rows = []
    for (name, parameters, settings, *_), cards in groups.items():
        for part in dict.fromkeys(part for card in cards.values() for part in card.accuracy):
            accuracies = [card.accuracy[part] for card in cards.values() if part in card.accuracy]
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
