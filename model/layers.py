"""The networks' layers, to be drawn without Keras: ``networks.json``, which ``python -m model.layers`` writes.

A test holds that the file says what `model.networks` builds.
"""

import json
import math
import re
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, TypedDict

from model.predictor import DIGITS
from model.tutorials import HISTORIES, PUBLISHED, VALIDATED_ON_TEST

if TYPE_CHECKING:
    import keras

LAYERS_FILE = Path(__file__).with_name("networks.json")
# Of the drawing: nine steps, as the longest networks have, are as wide as the page's text.
STEP_PX, DRAWING_PX, LINE_PX, LETTERS_A_LINE = 78, 110, 14, 14
SHEET_PX_A_VALUE, LEAST_SHEET_PX, SHIFT_PX, BAR_PX, BAR_PX_A_DOUBLING = 1.9, 6, 3, 9, 9
_AT_WORDS = re.compile("(?<=[a-z]{2})(?=[A-Z])")  # "Batch|Normalization", but "ReLU"


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
        first, *others = self.shape
        return "×".join(map(str, self.shape)) if others else f"{first:,} values"


class Area(TypedDict):
    """A sheet or a bar, by two of its corners, in pixels; and whether the layer has parameters."""

    x: float
    y: float
    x2: float
    y2: float
    learns: bool


class Text(TypedDict):
    """A text, its middle at (`x`, `y`), in pixels; and whether it is to stand out."""

    x: float
    y: float
    text: str
    strong: bool


class Drawing(TypedDict):
    """A network, drawn: its size, in pixels; the areas, those behind first; the texts."""

    width: int
    height: float
    areas: list[Area]
    texts: list[Text]


def read_layers() -> dict[str, list[Layer]]:
    """Read the layers of each network by name, with ten outputs; the first is the picture that comes in."""
    networks = json.loads(LAYERS_FILE.read_text(encoding="utf-8"))
    return {
        name: [Layer(**layer | {"shape": tuple(layer["shape"])}) for layer in layers]
        for name, layers in networks.items()
    }


def in_steps(layers: list[Layer]) -> list[list[Layer]]:
    """Gather layers into steps: one that changes the shape or mixes the values, and those after it that do neither."""
    steps: list[list[Layer]] = []
    for layer in layers:
        if layer.kind in ("BatchNormalization", "ReLU", "Dropout"):
            steps[-1].append(layer)
        else:
            steps.append([layer])
    return steps


def draw_layers(layers: list[Layer]) -> Drawing:
    """Draw a network as textbooks do since LeCun and others 1998: its steps in a row, what is known of each below it.

    Pictures are a stack of sheets, values a bar; `SHEET_PX_A_VALUE`, `_sheets` and `_bar_px` keep the large ones small
    enough and the small ones large enough.

    Parameters
    ----------
    layers : list of Layer
    """
    steps = in_steps(layers)
    areas: list[Area] = []
    texts: list[Text] = []
    for place, step in enumerate(steps):
        center = (place + 0.5) * STEP_PX
        areas += _areas(step[0], center)
        if place:
            texts.append({"x": center - STEP_PX / 2, "y": DRAWING_PX / 2, "text": "→", "strong": False})
        for line, text in enumerate(in_lines(step)):
            texts.append({"x": center, "y": DRAWING_PX + (line + 0.5) * LINE_PX, "text": text, "strong": line == 0})
    height = max(text["y"] for text in texts) + LINE_PX / 2
    return {"width": len(steps) * STEP_PX, "height": height, "areas": areas, "texts": texts}


def _areas(layer: Layer, center: float) -> list[Area]:
    if len(layer.shape) == 1:
        width, height, count = float(BAR_PX), _bar_px(layer.shape[0]), 1
    else:
        height, width = (max(values * SHEET_PX_A_VALUE, LEAST_SHEET_PX) for values in layer.shape[:2])
        count = _sheets(layer.shape[2])
    areas: list[Area] = []
    for sheet in range(count):
        shift = (sheet - (count - 1) / 2) * SHIFT_PX
        left, top = center + shift - width / 2, DRAWING_PX / 2 + shift - height / 2
        areas.append({"x": left, "y": top, "x2": left + width, "y2": top + height, "learns": layer.parameters > 0})
    return areas


def _sheets(channels: int) -> int:
    """Say how many sheets stand for so many channels: one more for each doubling."""
    return channels.bit_length()


def _bar_px(values: int) -> float:
    """Say how long the bar of so many values is: as much longer for each doubling, within limits."""
    return min(max(BAR_PX_A_DOUBLING * math.log2(values), BAR_PX), DRAWING_PX)


def in_lines(step: list[Layer]) -> list[str]:
    """Describe a step in lines, alike in all: its kind, how it is made, its size, its parameters; what goes with it."""
    first, *others = step
    lines = [first.kind, first.detail, first.size]
    if first.parameters:
        lines += [f"{first.parameters:,}", "parameters"]
    for layer in others:
        learned = f" {layer.parameters:,} parameters" if layer.parameters else ""
        lines += wrap(f"+ {_AT_WORDS.sub(' ', layer.kind)} {layer.detail}{learned}", LETTERS_A_LINE)
    return lines


def layers_of(network: "keras.Model") -> list[Layer]:
    """List the layers of a Keras network."""
    return [
        Layer(type(layer).__name__, _detail(layer), tuple(layer.output.shape[1:]), layer.count_params())
        for layer in network.layers
    ]


def _detail(layer: "keras.Layer") -> str:
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


def describe_networks() -> str:
    """Describe each network: its layers, its parameters, its history; then how they were published."""
    lines = []
    for name, layers in read_layers().items():
        lines.append(f"{name}: {HISTORIES[name]} {sum(layer.parameters for layer in layers):,} parameters")
        lines.append("  " + ", ".join(f"{layer.kind} {layer.shape}" for layer in layers[1:]))
    for name, published in PUBLISHED.items():
        lines.append(f"--preset {name} is {shlex.join(published.options.as_arguments())}")
    return "\n".join([*lines, VALIDATED_ON_TEST])


def main() -> None:
    """Write the file."""
    from model.networks import NETWORKS  # only here: it imports Keras, and the page imports this module

    networks = []
    for name, build in NETWORKS.items():
        layers = (json.dumps(asdict(layer), ensure_ascii=False) for layer in layers_of(build(DIGITS)))
        networks.append(f'"{name}": [\n  ' + ",\n  ".join(layers) + "\n]")
    LAYERS_FILE.write_text("{\n" + ",\n".join(networks) + "\n}\n", encoding="utf-8")  # a layer a line, to be read
    print(f"Written to {LAYERS_FILE}")


if __name__ == "__main__":
    main()
