"""The formats that a network can be taken away in: what each is for, and how it is read.

`model.export.files` writes them. No Keras is imported here: the page offers them too, and must stay light.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from model.card import KERAS_FILE, LITERT_FILE, SHIPPED

READ_FILE = "read.py"
# What goes with every network, so that its `READ_FILE` runs where this project is not.
ENCLOSED = ("LICENSE", *(f"utils/{name}.py" for name in ("__init__", "files", "image", "preprocess", "ruled_paper")))


class ExportError(Exception):
    """A network cannot be written in a format. The message says why, and what to do."""


@dataclass(frozen=True)
class Format:
    """A format of networks.

    Attributes
    ----------
    title, use : str
        What to call it, and what it is for, in a line.
    written_with : tuple of str
        The packages that writing it needs beside those of the app.
    read_with : str
        The packages that read it.
    library : str
        What Hugging Face calls them.
    imports, logits : str
        The lines of Python that read it: ``images (n, 28, 28, 1) float32`` → ``logits (n, classes) float32``.
    """

    title: str
    use: str
    written_with: tuple[str, ...]
    read_with: str
    library: str
    imports: str
    logits: str


_LITERT = (
    (),
    "ai-edge-litert",
    "tflite",
    "import numpy as np\nfrom ai_edge_litert.interpreter import Interpreter",
    'logits = Interpreter("model.tflite").get_signature_runner()(images=images)["output_0"]',
)
FORMATS = {
    "keras": Format(
        "Keras",
        "To go on training.",
        (),
        "tensorflow",
        "keras",
        "import keras\nimport numpy as np",
        'logits = keras.saving.load_model("model.keras").predict(images, verbose=0)',
    ),
    "saved_model": Format(
        "TensorFlow SavedModel",
        "For TensorFlow Serving, which finds its version 1 in the folder `model`.",
        (),
        "tensorflow",
        "tensorflow",
        "import numpy as np\nimport tensorflow as tf",
        'network = tf.saved_model.load("model/1")\nlogits = network.serve(images).numpy()',
    ),
    "onnx": Format(
        "ONNX",
        "For ONNX Runtime: C++, C#, Java, JavaScript and others.",
        ("onnx", "tf2onnx"),
        "onnxruntime",
        "onnx",
        "import numpy as np\nimport onnxruntime",
        'logits = onnxruntime.InferenceSession("model.onnx").run(None, {"images": images})[0]',
    ),
    "litert": Format("LiteRT", "For phones and small computers, and what this app reads with.", *_LITERT),
    "litert-int8": Format("LiteRT, 8 bits", "The same in whole numbers: a quarter of the size.", *_LITERT),
    "safetensors": Format(
        "Safetensors",
        "The weights by name, for any library.",
        ("safetensors",),
        "safetensors tensorflow",
        "safetensors",
        "import keras\nimport numpy as np\nfrom safetensors import safe_open",
        'with safe_open("model.safetensors", framework="numpy") as file:\n'
        '    network = keras.models.model_from_json(file.metadata()["network"])\n'
        "    network.set_weights([file.get_tensor(weight.path) for weight in network.weights])\n"
        "logits = network.predict(images, verbose=0)",
    ),
}

# Those that lie in a run folder already: of these there is nothing to write, and TensorFlow is not needed.
COPIED = {"keras": KERAS_FILE, "litert": LITERT_FILE}


def export_name(folder: Path, name: str) -> str:
    """Name the export of the network in `folder` in a format."""
    return f"{'shipped' if folder == SHIPPED else folder.resolve().name}-{name}"


def missing_packages(name: str) -> list[str]:
    """Name the packages that writing this format needs and that are not here."""
    return [package for package in FORMATS[name].written_with if not find_spec(package)]


def read_script(name: str) -> str:
    """Write the Python script that reads a picture with a network in this format, from within its folder."""
    return f'''"""Read a picture of a digit: python {READ_FILE} picture.png"""

import json
import sys
from pathlib import Path

{FORMATS[name].imports}

from utils.image import load_image
from utils.preprocess import normalize_digit

images = normalize_digit(load_image(sys.argv[1])).image.reshape(1, 28, 28, 1)
{FORMATS[name].logits}
temperature = json.loads(Path("model.json").read_text())["temperature"]
odds = np.exp(logits[0, :10] / temperature)
print(odds.argmax(), odds.max() / odds.sum())
'''
