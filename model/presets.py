"""How long to train, by name: what the page offers, and the benchmark measures."""

from dataclasses import dataclass
from pathlib import Path

MNIST_IMAGES = 54_000  # of its training part
# On two cores, with making the images; preparing and judging come once.
SECONDS_AN_IMAGE = {"reader": 0.0012, "light_reader": 0.0005}
SECONDS_AROUND = 60
RATE_TO_GO_ON, RATE_ANEW = 0.0005, 0.003


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
        """Work out how many images an epoch shows to this network."""
        if self.seconds is None:
            return MNIST_IMAGES
        return round(self.seconds / SECONDS_AN_IMAGE[network] / self.epochs / 100) * 100


PRESETS = {
    "Quick": Preset("light_reader", 3, 15),
    "Thorough": Preset("light_reader", 4, 40),
    "Whole": Preset("reader", 30, None),
}


def training_options(
    epochs: int, images: int, learning_rate: float, seed: int, start_from: Path | None, network: str
) -> list[str]:
    """Write the options of `train.py`: to go on from the network in a folder, or from scratch with one by name."""
    return [
        *(f"--epochs={epochs}", f"--images={images}", f"--learning-rate={learning_rate}", f"--seed={seed}"),
        f"--start-from={start_from}" if start_from else f"--network={network}",
    ]
