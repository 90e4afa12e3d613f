"""The formats that a network can be exported in: what each is for, and how it is read.

`model.export.files` writes them. No Keras is imported here: the page offers them too, and must stay light.
"""

from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from model.card import KERAS_FILE, LITERT_FILE, SHIPPED

READ_FILE = "read.py"
# What goes with every network, so that its `READ_FILE` runs without this project.
ENCLOSED = (
    "LICENSE",
    "utils/__init__.py",
    "utils/files.py",
    "utils/image.py",
    "utils/preprocess.py",
    "utils/paper/__init__.py",
    "utils/paper/frame.py",
    "utils/paper/ink.py",
    "utils/paper/page.py",
    "utils/paper/printed_grid.py",
    "utils/paper/ruled_paper.py",
)


class ExportError(Exception):
    """A network cannot be exported in a format. The message says why, and what to do."""


@dataclass(frozen=True)
class Format:
    """A format that a network can be exported in.

    Attributes
    ----------
    title : str
        Its name, for people.
    use : str
        What it is for, in a line.
    read_with : str
        The packages that read it, as ``pip install`` takes them.
    library : str
        What Hugging Face calls these packages.
    imports : str
        The lines of Python that import them.
    logits : str
        The lines that compute ``logits (n, classes) float32`` from ``images (n, 28, 28, 1) float32``.
    written_with : tuple of str
        The packages that writing it needs besides those of the app.
    """

    title: str
    use: str
    read_with: str
    library: str
    imports: str
    logits: str
    written_with: tuple[str, ...] = ()


_LITERT = Format(
    title="LiteRT",
    use="For phones and small computers, and what this app reads with.",
    read_with="ai-edge-litert",
    library="tflite",
    imports="import numpy as np\nfrom ai_edge_litert.interpreter import Interpreter",
    logits='logits = Interpreter("model.tflite").get_signature_runner()(images=images)["output_0"]',
)
FORMATS = {
    "keras": Format(
        title="Keras",
        use="To go on training.",
        read_with="tensorflow",
        library="keras",
        imports="import keras\nimport numpy as np",
        logits='logits = keras.saving.load_model("model.keras").predict(images, verbose=0)',
    ),
    "saved_model": Format(
        title="TensorFlow SavedModel",
        use="For TensorFlow Serving, which finds its version 1 in the folder `model`.",
        read_with="tensorflow",
        library="tensorflow",
        imports="import numpy as np\nimport tensorflow as tf",
        logits='network = tf.saved_model.load("model/1")\nlogits = network.serve(images).numpy()',
    ),
    "onnx": Format(
        title="ONNX",
        use="For ONNX Runtime: C++, C#, Java, JavaScript and others.",
        read_with="onnxruntime",
        library="onnx",
        imports="import numpy as np\nimport onnxruntime",
        logits='logits = onnxruntime.InferenceSession("model.onnx").run(None, {"images": images})[0]',
        written_with=("onnx", "tf2onnx"),
    ),
    "litert": _LITERT,
    "litert-int8": replace(_LITERT, title="LiteRT, 8 bits", use="The same in whole numbers: a quarter of the size."),
    "safetensors": Format(
        title="Safetensors",
        use="The weights by name, for any library.",
        read_with="safetensors tensorflow",
        library="safetensors",
        imports="import keras\nimport numpy as np\nfrom safetensors import safe_open",
        logits='with safe_open("model.safetensors", framework="numpy") as file:\n'
        '    network = keras.models.model_from_json(file.metadata()["network"])\n'
        "    network.set_weights([file.get_tensor(weight.path) for weight in network.weights])\n"
        "logits = network.predict(images, verbose=0)",
        written_with=("safetensors",),
    ),
}

# The formats whose file is in a run folder already: it is only copied, which needs no TensorFlow.
COPIED = {"keras": KERAS_FILE, "litert": LITERT_FILE}


def export_name(folder: Path, name: str) -> str:
    """Return the name for an export of the network in `folder` in the format `name`."""
    return f"{'shipped' if folder == SHIPPED else folder.resolve().name}-{name}"


def missing_packages(name: str) -> list[str]:
    """List the packages that writing the format `name` needs and that are not installed."""
    return [package for package in FORMATS[name].written_with if not find_spec(package)]


def read_script(name: str) -> str:
    """Return the Python script that reads a picture with a network in the format `name`; it runs in its folder."""
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
