"""Write a network in a format for other programs, with its card and the code that prepares a picture for it.

    python -m model.export --format onnx                          # the network in use, into data/exports/
    python -m model.export --format litert-int8 --output small    # a quarter of the size
    python -m model.export --format keras --model data/runs/RUN

The folder holds the network; its card for programs, ``model.json``, and for people, ``README.md``, in Hugging Face's
layout, so that it can be uploaded as it is; ``read.py``, which reads a picture with it; ``utils/``, which prepares the
picture for the network; and the licence.
"""

import argparse
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # hides messages that TensorFlow prints when it is imported

import keras
import numpy as np
import tensorflow as tf

from model.card import (
    KERAS_FILE,
    LITERT_FILE,
    CheckpointError,
    file_sha256,
    how_to_restore,
    read_card,
)
from model.data.by_rule.written import write_digit
from model.data.drawing import draw_small
from model.data.examples import random_pen
from model.data.mnist import to_unit_range
from model.export.download import copy_network
from model.export.formats import FORMATS, READ_FILE, ExportError, export_name, missing_packages
from model.export.model_card import enclose
from model.litert import IMAGE_SHAPE, LiteRTNetwork, softmax
from model.runs.in_use import folder_in_use
from model.runs.jobs import state_dir
from utils.command_line import one_of

IMAGES = keras.InputSpec(dtype="float32", shape=(None, *IMAGE_SHAPE, 1), name="images")
WRITTEN_DIGITS = 500  # by their activations the 8-bit numbers are scaled; more digits change nothing


def write_keras(run_dir: Path, network: keras.Model, target: Path) -> None:
    """Copy ``model.keras``."""
    shutil.copy(run_dir / KERAS_FILE, target)


def write_saved_model(run_dir: Path, network: keras.Model, target: Path) -> None:
    """Write ``model/1/``: TensorFlow Serving needs the number of a version."""
    network.export(target / "model" / "1", format="tf_saved_model", verbose=False, input_signature=[IMAGES])


def write_onnx(run_dir: Path, network: keras.Model, target: Path) -> None:
    """Write ``model.onnx``."""
    with warnings.catch_warnings():
        # Keras looks whether NumPy still has this name, because tf2onnx uses it.
        warnings.filterwarnings("ignore", "In the future `np.object`", FutureWarning)
        network.export(target / "model.onnx", format="onnx", verbose=False, input_signature=[IMAGES])


def write_litert_int8(run_dir: Path, network: keras.Model, target: Path) -> None:
    """Write ``model.tflite`` with weights and activations of 8 bits; input and output stay float32."""
    network.export(
        target / LITERT_FILE,
        format="litert",
        verbose=False,
        optimizations=[tf.lite.Optimize.DEFAULT],
        representative_dataset=lambda: ([image[np.newaxis, ..., np.newaxis]] for image in digits_by_rule()),
        target_spec={"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]},
    )


def digits_by_rule(count: int = WRITTEN_DIGITS, seed: int = 0) -> np.ndarray:
    """Write the ten digits in turn, with random pens: float32 (count, 28, 28), the same for the same seed."""
    rng = np.random.default_rng(seed)
    return to_unit_range(np.stack([draw_small(write_digit(i % 10, rng), random_pen(rng)) for i in range(count)]))


def write_safetensors(run_dir: Path, network: keras.Model, target: Path) -> None:
    """Write ``model.safetensors``: the weights by their paths in Keras, and the layers as metadata."""
    from safetensors.numpy import save_file  # only this format needs it

    weights = {weight.path: weight.numpy() for weight in network.weights}
    save_file(weights, target / "model.safetensors", metadata={"network": network.to_json()})


WRITERS: dict[str, Callable[[Path, keras.Model, Path], None]] = {
    "keras": write_keras,
    "saved_model": write_saved_model,
    "onnx": write_onnx,
    "litert-int8": write_litert_int8,
    "safetensors": write_safetensors,
}


def export(run_dir: Path, name: str, target: Path) -> None:
    """Write the network in `run_dir` into the empty folder `target`, in the format `name`, with all that goes with it.

    Raises
    ------
    CheckpointError, ExportError
        If there is no network in `run_dir`, or it is broken.
    """
    if name == "litert":  # which there may be without `KERAS_FILE`
        copy_network(run_dir, name, target)
        return
    card = read_card(run_dir)
    try:
        network = keras.saving.load_model(run_dir / KERAS_FILE, safe_mode=True)
    except Exception as error:  # what Keras raises depends on where the file is broken
        raise CheckpointError(
            f"{run_dir / KERAS_FILE} is missing or broken ({error}). {how_to_restore(run_dir)}"
        ) from error
    WRITERS[name](run_dir, network, target)
    if name == "litert-int8":
        images = digits_by_rule()
        expected = softmax(network.predict(images[..., np.newaxis], verbose=0))
        read = softmax(LiteRTNetwork(target / LITERT_FILE)(images))
        # The card describes the file beside it.
        difference, checksum = float(np.abs(expected - read).max()), file_sha256(target / LITERT_FILE)
        card = replace(card, litert_max_difference=difference, litert_sha256=checksum)
    enclose(card, name, network.output_shape[1], target)


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m model.export", description=__doc__.split("\n")[0])
    parser.add_argument("--format", required=True, type=one_of(FORMATS), metavar="NAME", help=", ".join(FORMATS))
    parser.add_argument("--model", type=Path, metavar="RUN", help="a run folder (default: the network in use)")
    parser.add_argument("--output", type=Path, metavar="PATH", help="a folder to make (default: in data/exports/)")
    parser.add_argument("--force", action="store_true", help="replace an earlier export there")
    arguments = parser.parse_args(argv)
    arguments.model = arguments.model or folder_in_use()
    arguments.output = arguments.output or state_dir() / "exports" / export_name(arguments.model, arguments.format)
    return arguments


def check(arguments: argparse.Namespace) -> None:
    """Raise `ExportError` if a package is missing, or something is where the export would be written."""
    name, output = arguments.format, arguments.output
    if missing := missing_packages(name):
        raise ExportError(
            f"To write {name}, install what is missing: `pip install {' '.join(missing)}` (requirements-extra.txt "
            "has the versions that work)."
        )
    if output.exists() and not arguments.force:
        raise ExportError(f"{output} exists already. Choose another --output, or replace it with --force.")
    if output.exists() and not (output / READ_FILE).is_file():
        raise ExportError(f"{output} is no earlier export, so --force does not replace it. Choose another --output.")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    arguments = parse_arguments(argv)
    output = arguments.output
    try:
        check(arguments)
        output.parent.mkdir(parents=True, exist_ok=True)
        # Written beside it, then moved into place in one step, so that it is never there in part.
        with tempfile.TemporaryDirectory(dir=output.parent, prefix=".export-") as temporary:
            written = Path(temporary, "export")
            written.mkdir()
            export(arguments.model, arguments.format, written)
            if output.exists():
                shutil.rmtree(output)
            written.rename(output)
    except (ExportError, CheckpointError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{output} cannot be written ({error.strerror}). Choose another --output.", file=sys.stderr)
        return 1
    print(f"Written to {output}")
    return 0
