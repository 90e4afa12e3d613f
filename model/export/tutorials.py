"""Ship the tutorials' networks: train them as they were published, and write them into ``model/weights/tutorials/``.

    python -m model.export.tutorials    # `STROKES_PATH` names the pen strokes to calibrate and judge them on

Each is trained by ``train.py --preset NAME`` in ``data/runs/NAME``, unless one is finished there, and then calibrated
and judged. Written is what the page reads with and shows, but for the pictures of mistakes: ``model.tflite``, in half
the size, the card, the figures and the curves. ``model.keras``, from which training goes on, would be twice as large as
all of these together.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported: its start-up chatter

import keras
import numpy as np
import tensorflow as tf

from model.card import CARD_FILE, KERAS_FILE, LITERT_FILE, QUALITY_FILE, TUTORIALS, file_sha256, read_card, write_card
from model.data.mnist import Mnist, load_mnist
from model.data.strokes import Characters, load_strokes, split_writers
from model.litert import LiteRTNetwork, softmax
from model.measure.quality import judge, summarise
from model.predictor import Predictor
from model.runs.folder import METRICS_FILE
from model.training import find_digit_threshold, find_temperature, split
from utils.files import ROOT
from utils.json_files import write_json

COMPARED_IMAGES = 1000  # of those that the network is validated on


def train(name: str) -> Path:
    """Train a tutorial's network, unless it is trained already; return its run folder."""
    run_dir = Path("data", "runs", name)
    if not (ROOT / run_dir / CARD_FILE).exists():
        command = [sys.executable, "train.py", "--preset", name, "--run-dir", str(run_dir)]
        done = subprocess.run(command, cwd=ROOT)
        if done.returncode:
            raise SystemExit(done.returncode)
    return ROOT / run_dir


def ship(run_dir: Path, folder: Path, mnist: Mnist, writers: dict[str, Characters] | None) -> None:
    """Write the network in `run_dir` into `folder`, with the card and the figures of the file that is written there.

    Parameters
    ----------
    run_dir : Path
        Of a finished training.
    folder : Path
        Made if need be.
    mnist : Mnist
    writers : dict of str to Characters or None
        As `split_writers` gives them.
    """
    card = read_card(run_dir)
    _, (images, labels) = split(card.how_trained, mnist, writers)
    logits = LiteRTNetwork(run_dir / LITERT_FILE, os.cpu_count())(images)
    card = replace(card, temperature=find_temperature(logits, labels), digit_threshold=find_digit_threshold(logits))

    images = images[:COMPARED_IMAGES]
    folder.mkdir(parents=True, exist_ok=True)
    network = keras.saving.load_model(run_dir / KERAS_FILE, safe_mode=True)
    write_in_16_bits(network, folder / LITERT_FILE)
    if answers_of(Predictor(folder, card), images) != answers_of(Predictor(run_dir, card), images):
        print(f"{folder.name}: 16 bits change an answer, so it keeps its 32", file=sys.stderr)
        shutil.copy(run_dir / LITERT_FILE, folder)
    expected = softmax(network.predict(images[..., np.newaxis], verbose=0))
    read = softmax(LiteRTNetwork(folder / LITERT_FILE)(images))

    sets = ("mnist", "redrawn", "strokes") if writers else ("mnist", "redrawn")
    judged = judge(Predictor(folder, card, os.cpu_count()), sets, mnist, writers and writers["test"])
    summaries = {name: summarise(answers) for name, answers in judged.items()}
    write_json(folder / QUALITY_FILE, summaries)
    shutil.copy(run_dir / METRICS_FILE, folder)
    card = replace(
        card,
        accuracy={name: summary["accuracy"] for name, summary in summaries.items()},
        images={name: summary["n"] for name, summary in summaries.items()},
        litert_max_difference=float(np.abs(expected - read).max()),
        litert_sha256=file_sha256(folder / LITERT_FILE),
    )
    write_card(card, folder)


def write_in_16_bits(network: keras.Model, path: Path) -> None:
    """Write a ``.tflite`` file with weights of 16 bits; LiteRT computes with them in 32."""
    network.export(
        path,
        format="litert",
        verbose=False,
        optimizations=[tf.lite.Optimize.DEFAULT],
        target_spec={"supported_types": [tf.float16]},
    )


def answers_of(predictor: Predictor, images: np.ndarray) -> list[tuple[int, bool]]:
    """Return what a network says of images ``(n, 28, 28) float32``: the digit of each, and whether it is one."""
    return [(prediction.label, prediction.is_digit) for prediction in predictor.predict(images)]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m model.export.tutorials", description=__doc__.split("\n")[0])
    parser.parse_args(argv)
    try:
        mnist = load_mnist()
        strokes = os.environ.get("STROKES_PATH")
        writers = split_writers(load_strokes(Path(strokes))) if strokes else None
    except ValueError as error:
        raise SystemExit(f"python -m model.export.tutorials: {error}") from error
    for folder in TUTORIALS:
        ship(train(folder.name), folder, mnist, writers)
        card = read_card(folder)
        size = sum(file.stat().st_size for file in folder.iterdir())
        print(folder.name, card.accuracy, f"{size / 1000:,.0f} kB", flush=True)


if __name__ == "__main__":
    main()
