"""What happens inside the network: what each layer makes of an image, and with which weights. LiteRT only.

A ``.tflite`` file is a list of operations in a public format (FlatBuffers, by TensorFlow's ``schema.fbs``). From it we
know which results are a layer's activations. The interpreter is told to keep all results.
"""

import threading
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from model.card import LITERT_FILE, SHIPPED
from model.litert import DIGITS, IMAGE_SHAPE, read_litert, softmax
from utils.pictures.sheets import draw_activations, draw_images, draw_shares, stack

CONVOLUTION = schema.BuiltinOperator.CONV_2D
DENSE = schema.BuiltinOperator.FULLY_CONNECTED
WIDENING = schema.BuiltinOperator.DEQUANTIZE
# These follow a layer, and only select or rearrange its activations.
REARRANGING = {
    schema.BuiltinOperator.MAX_POOL_2D,
    schema.BuiltinOperator.AVERAGE_POOL_2D,
    schema.BuiltinOperator.SHAPE,
    schema.BuiltinOperator.STRIDED_SLICE,
    schema.BuiltinOperator.PACK,
    schema.BuiltinOperator.RESHAPE,
}
MOST_DRAWN = 1024  # neurons of a layer; more would fill several screens


@dataclass(frozen=True)
class Layer:
    """What one layer makes of an image.

    Attributes
    ----------
    activations : ndarray of float32, shape (height, width, maps) or (neurons,)
        The output of a convolution or of a dense layer, after its activation function and before any pooling.
    weights : ndarray of float32, shape (maps, height, width, maps before) or (neurons, inputs)
        The weights in the file, which the converter may have multiplied by the factors of a batch normalisation.
    """

    activations: np.ndarray
    weights: np.ndarray

    @property
    def is_convolution(self) -> bool:
        """Whether it is a convolution; else it is a dense layer."""
        return self.weights.ndim == 4

    @property
    def title(self) -> str:
        """Its kind and its shape, in words."""
        if not self.is_convolution:
            return f"Dense layer: {len(self.activations):,} neurons"
        height, width, maps = self.activations.shape
        return f"Convolution: {maps} maps of {height} by {width}"

    @property
    def maps(self) -> np.ndarray:
        """The activations as pictures: (maps, height, width), or of a dense layer (neurons, 1, 1)."""
        maps_last = self.activations if self.is_convolution else self.activations[np.newaxis, np.newaxis]
        return np.moveaxis(maps_last, -1, 0)


@dataclass(frozen=True)
class Inside:
    """What the network makes of an image on the way to its answer.

    Attributes
    ----------
    layers : list of Layer
        From input to output; the activations of the last one are the logits.
    features : ndarray of float32, shape (n,)
        The input of the last layer, which decides by them.
    """

    layers: list[Layer]
    features: np.ndarray

    @property
    def logits(self) -> np.ndarray:
        """The last layer's activations: float32 (classes,)."""
        return self.layers[-1].activations

    @property
    def patterns(self) -> np.ndarray:
        """What the first layer looks for: its filters (maps, height, width), or each neuron's weights (n, 28, 28)."""
        first = self.layers[0]
        return first.weights[..., 0] if first.is_convolution else first.weights.reshape(-1, *IMAGE_SHAPE)


@dataclass(frozen=True)
class _Tensors:
    """The indices of a layer's tensors in the file; of its weights, as the file has them: in 32 or 16 bits."""

    inputs: int
    weights: int
    activations: int


class OpenNetwork:
    """A trained network whose layers can be watched. Safe to share between threads.

    Parameters
    ----------
    folder : Path, optional
        Where ``model.tflite`` is. Default: the model that ships with the app.

    Raises
    ------
    CheckpointError
        If the file cannot be read.
    """

    def __init__(self, folder: Path = SHIPPED):
        content = read_litert(folder / LITERT_FILE)
        self._layers = _find_layers(schema.ModelT.InitFromPackedBuf(content))
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # of the memory it takes: here 0.3 MB
            self._interpreter = Interpreter(
                model_content=content, num_threads=1, experimental_preserve_all_tensors=True
            )
        self._interpreter.allocate_tensors()
        (self._input,) = (images["index"] for images in self._interpreter.get_input_details())
        self._weights = [self._interpreter.get_tensor(layer.weights).astype(np.float32) for layer in self._layers]
        self._lock = threading.Lock()  # an interpreter is not thread-safe

    def look_inside(self, image: np.ndarray) -> Inside:
        """Compute all layers for one image: MNIST-style, float32 (28, 28), paper 0, ink up to 1."""
        with self._lock:
            self._interpreter.set_tensor(self._input, image[np.newaxis, ..., np.newaxis])
            self._interpreter.invoke()
            activations = [self._interpreter.get_tensor(layer.activations)[0] for layer in self._layers]
            features = self._interpreter.get_tensor(self._layers[-1].inputs)[0]
        layers = [Layer(values, weights) for values, weights in zip(activations, self._weights, strict=True)]
        return Inside(layers, features.ravel())


def _find_layers(model: Any) -> list[_Tensors]:  # a schema.ModelT, whose parts are all declared to be None
    # A layer begins with the operation of a convolution or of a dense layer. What follows, up to the next layer, is its
    # activation function or normalisation.
    (graph,) = model.subgraphs
    layers: list[_Tensors] = []
    widened: dict[int, int] = {}  # weights of 32 bits: those of 16 bits that they are made of
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        code = max(code.builtinCode, code.deprecatedBuiltinCode)  # as the schema says: the old field is one byte
        if code == WIDENING:
            widened[int(operator.outputs[0])] = int(operator.inputs[0])
        elif code in (CONVOLUTION, DENSE):
            inputs, weights = int(operator.inputs[0]), int(operator.inputs[1])
            layers.append(_Tensors(inputs, widened.get(weights, weights), int(operator.outputs[0])))
        elif code not in REARRANGING:
            layers[-1] = replace(layers[-1], activations=int(operator.outputs[0]))
    return layers


def draw_inside(image: np.ndarray, inside: Inside, temperature: float) -> np.ndarray:
    """Draw what happens in the network as one picture: the image, the activations of each layer, the answer.

    Parameters
    ----------
    image : ndarray of float, shape (28, 28)
        MNIST-style: paper 0, ink up to 1.
    inside : Inside
        What the network makes of it.
    temperature : float
        The one on the network's card: the answer is as sure as elsewhere on the page.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        Blue, green and red, as OpenCV has them.
    """
    hidden = [(layer.title, draw_activations(layer.maps[:MOST_DRAWN])) for layer in inside.layers[:-1]]
    shares = softmax(inside.logits[np.newaxis] / temperature)[0]
    names = [*map(str, range(DIGITS)), "none"][: len(shares)]
    drawing = [("What goes in: 28 by 28 pixels", draw_images(image[np.newaxis]))]
    return stack([*drawing, *hidden, ("What comes out", draw_shares(shares, names))])
