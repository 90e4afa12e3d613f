"""The networks' layers, to be drawn without Keras: ``networks.json``, which ``python -m model.layers`` writes.

A test holds that the file says what `model.architectures` builds.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from model.predictor import DIGITS

LAYERS_FILE = Path(__file__).with_name("networks.json")
GAP_PX = 1
COLOR_BGRA = (237, 111, 47, 255)  # the charts' blue; paper is transparent, for light and dark pages


@dataclass(frozen=True)
class Layer:
    """A layer of a network.

    Attributes
    ----------
    kind : str
        Keras's name of it: "Conv2D".
    detail : str
        What it is made with: "5×5, stride 2", "relu"; may be empty.
    shape : tuple of int
        Of its output for one picture: (height, width, channels) or (values,).
    parameters : int
        How many numbers it learns, with the averages that batch normalisation keeps.
    """

    kind: str
    detail: str
    shape: tuple[int, ...]
    parameters: int

    @property
    def size(self) -> str:
        """The shape as people write it: "28×28×32", "128 values"."""
        return "×".join(map(str, self.shape)) if len(self.shape) > 1 else f"{self.shape[0]:,} values"


def read_layers() -> dict[str, list[Layer]]:
    """Read the layers of each network by name, with ten outputs; the first is the picture that comes in."""
    networks = json.loads(LAYERS_FILE.read_text(encoding="utf-8"))
    return {
        name: [Layer(**layer | {"shape": tuple(layer["shape"])}) for layer in layers]
        for name, layers in networks.items()
    }


def in_steps(layers: list[Layer]) -> list[list[Layer]]:
    """Gather layers into steps: one that changes the shape or mixes the values, and those after it that do neither."""
    steps = []
    for layer in layers:
        if layer.kind in ("BatchNormalization", "ReLU", "Dropout"):
            steps[-1].append(layer)
        else:
            steps.append([layer])
    return steps


def in_lines(step: list[Layer]) -> list[str]:
    """Describe a step in lines of Markdown: "**Conv2D** 3×3", "26×26×32", "320 parameters", "Dropout 50 %"."""
    first, *others = step
    lines = [f"**{first.kind}** {first.detail}", first.size, *_learned(first)]
    for layer in others:
        lines += [f"{layer.kind} {layer.detail}", *_learned(layer)]
    return lines


def _learned(layer: Layer) -> list[str]:
    return [f"{layer.parameters:,} parameters"] if layer.parameters else []


def draw_shape(shape: tuple[int, ...]) -> np.ndarray:
    """Draw a layer's output true to scale, a pixel a value: a grid of squares, a channel each, or a block of values.

    Parameters
    ----------
    shape : tuple of int
        (height, width, channels) or (values,).

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
        Blue first, and opaque where a value is.
    """
    height, width, channels = shape if len(shape) == 3 else (1, 1, shape[0])
    gap = GAP_PX if height > 1 else 0
    columns = math.ceil(math.sqrt(channels))
    rows = math.ceil(channels / columns)
    drawing = np.zeros((rows * (height + gap) - gap, columns * (width + gap) - gap, 4), np.uint8)
    for channel in range(channels):
        top, left = channel // columns * (height + gap), channel % columns * (width + gap)
        drawing[top : top + height, left : left + width] = COLOR_BGRA
    return drawing


def layers_of(network) -> list[Layer]:
    """List the layers of a Keras network."""
    return [
        Layer(type(layer).__name__, _detail(layer), tuple(layer.output.shape[1:]), layer.count_params())
        for layer in network.layers
    ]


def _detail(layer) -> str:
    config = layer.get_config()
    words = []
    if window := config.get("kernel_size") or config.get("pool_size"):
        words.append("×".join(map(str, window)))
    if "kernel_size" in config and config["strides"] != (1, 1):
        words.append(f"stride {config['strides'][0]}")
    if config.get("activation", "linear") != "linear":
        words.append(config["activation"])
    if "rate" in config:
        words.append(f"{config['rate']:.0%}".replace("%", " %"))
    return ", ".join(words)


def main() -> None:
    """Write the file."""
    from model.architectures import NETWORKS  # only here: it imports Keras, and the page imports this module

    networks = []
    for name, build in NETWORKS.items():
        layers = (json.dumps(asdict(layer), ensure_ascii=False) for layer in layers_of(build(DIGITS)))
        networks.append(f'"{name}": [\n  ' + ",\n  ".join(layers) + "\n]")
    LAYERS_FILE.write_text("{\n" + ",\n".join(networks) + "\n}\n", encoding="utf-8")  # a layer a line, to be read
    print(f"Written to {LAYERS_FILE}")


if __name__ == "__main__":
    main()
