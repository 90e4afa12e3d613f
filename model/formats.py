"""The formats that a network can be taken away in: what each is for, how it is read, and the card that goes with it.

`model.export` writes them. No Keras is imported here: the page offers them too, and must stay light.
"""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from model.checkpoint import SHIPPED, Card, as_zip
from utils.words import SET_TITLES, accuracy_percent, duration

ROOT = Path(__file__).parent.parent
READ_FILE, README_FILE = "read.py", "README.md"
# What goes with every network, so that its `READ_FILE` runs where this project is not.
ENCLOSED = ("LICENSE", "utils/__init__.py", "utils/image.py", "utils/preprocess.py")


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


def model_card(card: Card, name: str, classes: int) -> str:
    """Write the card for people, in Hugging Face's layout (https://huggingface.co/docs/hub/model-cards).

    Parameters
    ----------
    card : Card
    name : str
        Of the format.
    classes : int
        How many outputs the network has, 10 or 11.
    """
    of = FORMATS[name]
    figures = "\n".join(
        f"| {title} | {card.images[part]:,} | {accuracy_percent(card.accuracy[part])} |"
        for part, title in SET_TITLES.items()
        if part in card.accuracy
    )
    pens = f", pen strokes of {card.train_writers} people" if card.train_writers else ""
    score = (
        "the log-odds of the ten digits to the eleventh output, “no digit”: `log Σ exp(logits[:10]) - logits[10]`"
        if classes > 10
        else "the log-odds of the likeliest digit to the nine others, for it was shown nothing but digits"
    )
    versions = ", ".join(f"{package} {version}" for package, version in card.versions.items())
    return f"""---
license: mit
library_name: {of.library}
pipeline_tag: image-classification
tags:
- handwriting
- digit-recognition
- mnist
- {of.library}
datasets:
- ylecun/mnist
metrics:
- accuracy
---

# Digit Canvas: {card.network}, {of.title}

Reads one handwritten digit, drawn on a screen or in a picture. {card.parameters:,} parameters; from images of 28×28
pixels, 0 (paper) to 1 (ink), prepared as MNIST's, to {classes} logits.

## How to use

```sh
pip install numpy opencv-python-headless pillow {of.read_with}
python {READ_FILE} picture.png
```

prints the digit and how sure the network is. `{READ_FILE}`:

```python
{read_script(name)}```

`utils/image.py` finds the ink in a picture; `utils/preprocess.py` crops the digit, scales it into 20×20 and places it
in 28×28 by its centre of mass. The probabilities are the softmax of the first ten logits divided by the `temperature`
in `model.json` ({card.temperature:.4g}). It looks like a digit if its score reaches the `digit_threshold` there
({card.digit_threshold:.4g}); the score is {score}.

## Training

`{card.command}` made it on {card.date}, in {duration(card.training_seconds)}: {card.epochs} epochs, seed {card.seed},
from {card.train_images:,} of MNIST's training images{pens}, and what the program makes of them. It was calibrated on
{card.validation_images:,} others. Versions: {versions}.

## Evaluation

| Test part | Digits | Read right |
|---|---|---|
{figures}

None of these digits was trained on, and they chose nothing.{_note(name)}

## Limits

One digit a picture. It reads digits as they are written where its training data come from; those who write them
otherwise are read less well. Do not let it decide alone where a mistake matters.

## Licence and sources

MIT, see `LICENSE`. MNIST: LeCun, Cortes, Burges, CC BY-SA 3.0.{_strokes_source(card)}
"""


def _note(name: str) -> str:
    if name != "litert-int8":
        return ""
    return " The figures are those of the network before its numbers were rounded to 8 bits."


def _strokes_source(card: Card) -> str:
    if not card.train_writers:
        return ""
    return " Pen strokes: UniPen train_r01_v07, doi 10.5281/zenodo.1195803, CC BY 4.0."


_one_at_a_time = Lock()  # an export takes some 700 MB for as long as it lasts


def export_as_zip(folder: Path, name: str) -> bytes:
    """Write the network in `folder` in a format, in a process of its own, and put that into a zip file.

    Raises
    ------
    ExportError
        If it cannot be written.
    """
    with tempfile.TemporaryDirectory() as temporary, _one_at_a_time:
        written = Path(temporary, "export")
        command = [sys.executable, "-m", "model.export", f"--model={folder}", f"--format={name}", f"--output={written}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise ExportError(done.stderr.strip().rpartition("\n")[2] or "The export ended without a word.")
        return as_zip(written)
