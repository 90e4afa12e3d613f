"""The layers of each network, to describe and to draw them without Keras.

They are in ``networks.json``, which ``python -m model.layers`` writes. A test checks that it agrees with
`model.networks`.
"""

import json
import math
import re
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, TypedDict

from model.litert import DIGITS
from model.tutorials import HISTORIES, PUBLISHED, VALIDATED_ON_TEST

if TYPE_CHECKING:
    import keras

LAYERS_FILE = Path(__file__).with_name("networks.json")
STEP_PX = 78  # width of a step: nine, as the longest networks have, are as wide as the page's text
DRAWING_PX = 110  # height of the drawing above its texts
LINE_PX = 14  # height of a line of text
LETTERS_A_LINE = 14
SHEET_PX_A_VALUE = 1.9  # width and height of a feature map's value
LEAST_SHEET_PX = 6
SHIFT_PX = 3  # from one sheet of a stack to the next
BAR_PX = 9  # width of a bar, and its least length
BAR_PX_A_DOUBLING = 9  # added to a bar's length by twice as many values
_WORD_BREAK = re.compile("(?<=[a-z]{2})(?=[A-Z])")  # "Batch|Normalization", but "ReLU"


@dataclass(frozen=True)
class Layer:
    """A layer of a network.

    Attributes
    ----------
    kind : str
        Its class in Keras, such as "Conv2D".
    detail : str
        Its settings, such as "5×5, stride 2" or "relu"; may be empty.
    shape : tuple of int
        The shape of its output for one picture: (height, width, channels) or (values,).
    parameters : int
        How many it has, with the averages that batch normalisation keeps.
    """

    kind: str
    detail: str
    shape: tuple[int, ...]
    parameters: int

    @property
    def size(self) -> str:
        """The shape as text, such as "28×28×32" or "128 values"."""
        first, *others = self.shape
        return "×".join(map(str, self.shape)) if others else f"{first:,} values"


class Area(TypedDict):
    """A sheet or a bar: two opposite corners, in pixels, and whether its layer has parameters."""

    x: float
    y: float
    x2: float
    y2: float
    learns: bool


class Text(TypedDict):
    """A text: its middle (`x`, `y`), in pixels, and whether it is emphasised."""

    x: float
    y: float
    text: str
    strong: bool


class Drawing(TypedDict):
    """The drawing of a network: its size, in pixels, its areas from back to front, and its texts."""

    width: int
    height: float
    areas: list[Area]
    texts: list[Text]


def read_layers() -> dict[str, list[Layer]]:
    """Read the layers of each network by its name; the first is the input, the last has ten outputs."""
    networks = json.loads(LAYERS_FILE.read_text(encoding="utf-8"))
    return {
        name: [Layer(**layer | {"shape": tuple(layer["shape"])}) for layer in layers]
        for name, layers in networks.items()
    }


def in_steps(layers: list[Layer]) -> list[list[Layer]]:
    """Group the layers into steps: the normalisation, ReLU and dropout after a layer belong to its step."""
    steps: list[list[Layer]] = []
    for layer in layers:
        if layer.kind in ("BatchNormalization", "ReLU", "Dropout"):
            steps[-1].append(layer)
        else:
            steps.append([layer])
    return steps


def draw_layers(layers: list[Layer]) -> Drawing:
    """Draw a network as LeCun and others did in 1998: its steps in a row, with a description below each.

    Feature maps are a stack of sheets, the values of a dense layer are a bar.
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
    """Return how many sheets stand for the channels: one more for each doubling."""
    return channels.bit_length()


def _bar_px(values: int) -> float:
    """Return how long the bar of a layer is: each doubling of its values adds the same length, within limits."""
    return min(max(BAR_PX_A_DOUBLING * math.log2(values), BAR_PX), DRAWING_PX)


def in_lines(step: list[Layer]) -> list[str]:
    """Describe a step in lines of text: kind, settings, size and parameters of its first layer; then the others."""
    first, *others = step
    lines = [first.kind, first.detail, first.size]
    if first.parameters:
        lines += [f"{first.parameters:,}", "parameters"]
    for layer in others:
        learned = f" {layer.parameters:,} parameters" if layer.parameters else ""
        lines += wrap(f"+ {_WORD_BREAK.sub(' ', layer.kind)} {layer.detail}{learned}", LETTERS_A_LINE)
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
    """Describe each network by its history, parameters and layers; then each preset by its options."""
    lines = []
    for name, layers in read_layers().items():
        lines.append(f"{name}: {HISTORIES[name]} {sum(layer.parameters for layer in layers):,} parameters")
        lines.append("  " + ", ".join(f"{layer.kind} {layer.shape}" for layer in layers[1:]))
    for name, published in PUBLISHED.items():
        lines.append(f"--preset {name} is {shlex.join(published.options.as_arguments())}")
    return "\n".join([*lines, VALIDATED_ON_TEST])


def main() -> None:
    """Write ``networks.json``."""
    from model.networks import NETWORKS  # only here: it imports Keras, and the page imports this module

    networks = []
    for name, build in NETWORKS.items():
        layers = (json.dumps(asdict(layer), ensure_ascii=False) for layer in layers_of(build(DIGITS)))
        networks.append(f'"{name}": [\n  ' + ",\n  ".join(layers) + "\n]")
    LAYERS_FILE.write_text("{\n" + ",\n".join(networks) + "\n}\n", encoding="utf-8")  # a layer a line, easy to read
    print(f"Written to {LAYERS_FILE}")


if __name__ == "__main__":
    main()
