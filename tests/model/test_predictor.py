import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from model.card import CARD_FILE, KERAS_FILE, LITERT_FILE, SHIPPED, CheckpointError
from model.litert import softmax
from model.predictor import Prediction, Predictor, digit_scores
from tests.conftest import ROOT, encode
from tests.drawings import draw
from utils.image import load_image

predictor = Predictor()


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize(
    ("brush_px", "box"),
    [
        pytest.param(18, (80, 50, 110, 170), id="as most draw"),
        pytest.param(30, (40, 25, 190, 225), id="thick and large"),
        pytest.param(6, (195, 190, 45, 70), id="thin and small in a corner"),
    ],
)
def test_our_drawings_are_read_right(digit, brush_px, box):
    prediction = predictor.read(draw(digit, brush_px=brush_px, box=box)).prediction
    assert (prediction.label, prediction.confidence > 0.5) == (digit, True), prediction


@pytest.mark.parametrize("digit", range(10))
def test_doubling_the_canvas_changes_the_probabilities_little(digit):
    for brush_px in range(6, 31):
        once = predictor.read(draw(digit, 280, brush_px)).prediction.probabilities
        twice = predictor.read(draw(digit, 560, 2 * brush_px)).prediction.probabilities
        assert np.abs(once - twice).max() < 0.05, brush_px


def test_a_batch_is_read_as_one_by_one_by_any_number_of_threads():
    images = np.stack(
        [predictor.read(draw(digit, brush_px=brush)).steps.image for digit in range(10) for brush in range(8, 26)]
    )
    alone = [predictor.predict(image)[0] for image in images]
    for together in (predictor.predict(images), Predictor(threads=2).predict(images)):
        for one, of_batch in zip(alone, together, strict=True):
            assert np.array_equal(one.probabilities, of_batch.probabilities)
            assert one.digit_score == of_batch.digit_score


def test_blank_is_not_guessed():
    reading = predictor.read(np.zeros((280, 280), np.uint8))
    assert reading.prediction is None
    assert "Nothing stands out" in reading.blank


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 2), (1, 5000), (5000, 1), (3, 1000), (28, 28)])
@pytest.mark.parametrize("kind", ["noise", "stripes", "specks", "halves"])
def test_odd_pictures_are_read_or_said_to_be_blank(shape, kind):
    rng = np.random.default_rng(0)
    order = np.arange(shape[0] * shape[1]).reshape(shape)
    grey = {
        "noise": rng.integers(0, 256, shape),
        "stripes": order % 256,
        "specks": (rng.random(shape) > 0.9) * 255,
        "halves": (order > order.size // 2) * 255,
    }[kind].astype(np.uint8)
    reading = predictor.read(load_image(encode(grey)))
    assert bool(reading.blank) == (reading.prediction is None)


def test_probabilities_sum_to_one_and_fit_the_label():
    for prediction in predictor.predict(np.random.default_rng(0).random((70, 28, 28))):
        assert prediction.probabilities.shape == (10,)
        assert prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)
        assert prediction.label == prediction.probabilities.argmax()
        assert prediction.confidence == prediction.probabilities.max()


def test_batches_give_what_single_images_do():
    images = np.random.default_rng(0).random((150, 28, 28), np.float32)
    singly = [predictor.predict(image)[0].probabilities for image in images]
    assert np.allclose([p.probabilities for p in predictor.predict(images)], singly, atol=1e-5)
    assert predictor.predict(images[:0]) == []


def test_eight_threads_give_what_one_does():
    images = np.random.default_rng(0).random((400, 28, 28), np.float32)
    sizes = [1, 3, 1, 7, 2]  # differing sizes make the interpreter allocate anew
    batches = [images[i : i + sizes[i % 5]] for i in range(0, 392)]
    alone = [[p.probabilities for p in predictor.predict(batch)] for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        together = [[p.probabilities for p in batch] for batch in pool.map(predictor.predict, batches)]
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        (np.full((28, 28), np.nan, np.float32), "NaN"),
        (np.full((28, 28), 255.0), "Divide uint8 images by 255"),
        (np.full((28, 28), -1.0), "from 0"),
        (np.zeros((28, 27)), "shape"),
        (np.zeros((1, 28, 28, 1)), "shape"),
        (np.zeros(784), "shape"),
        (np.zeros((28, 28), np.uint8), "float images"),
        (np.array("seven"), "float images"),
    ],
)
def test_wrong_arrays_are_refused_with_a_sentence(images, sentence):
    with pytest.raises(ValueError, match=sentence):
        predictor.predict(images)


def test_close_candidates_are_named_together():
    def candidates(**chances):
        probabilities = np.zeros(10, np.float32)
        for digit, chance in chances.items():
            probabilities[int(digit[1:])] = chance
        return Prediction(int(probabilities.argmax()), float(probabilities.max()), probabilities, 9.0, True).candidates

    assert candidates(_4=0.55, _9=0.45) == (4, 9)
    assert candidates(_4=0.3, _9=0.45, _1=0.25) == (9, 4, 1)
    assert candidates(_4=0.85, _9=0.15) == (4,)


def test_digit_score_is_the_log_odds_of_a_digit():
    logits = np.log(np.array([[*[0.09] * 10, 0.1], [*[0.01] * 10, 0.9]]))
    assert np.allclose(digit_scores(logits), [np.log(9), np.log(1 / 9)])


def test_score_is_held_against_the_cards_threshold():
    image = np.random.default_rng(0).random((28, 28))
    score = predictor.predict(image)[0].digit_score
    for threshold, is_digit in ((score - 0.01, True), (score + 0.01, False)):
        strict = Predictor(card=replace(predictor.card, digit_threshold=threshold))
        assert strict.predict(image)[0].is_digit is is_digit


def test_temperature_changes_how_sure_it_is_but_not_of_what():
    image = np.random.default_rng(0).random((28, 28))
    cool, warm = (Predictor(card=replace(predictor.card, temperature=t)).predict(image)[0] for t in (0.5, 4.0))
    assert cool.label == warm.label
    assert cool.confidence > warm.confidence


def test_softmax_does_not_overflow():
    assert np.allclose(softmax(np.array([[1000.0, 1000.0], [-1000.0, 0.0]])), [[0.5, 0.5], [0, 1]])


@pytest.mark.parametrize("name", [CARD_FILE, LITERT_FILE])
@pytest.mark.parametrize("fault", ["missing", "empty", "cut", "garbage"])
def test_broken_model_file_is_named(tmp_path, name, fault):
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder)
    file = folder / name
    content = file.read_bytes()
    if fault == "missing":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "garbage": b"[1, 2, 3]" * 99}[fault])
    with pytest.raises(CheckpointError) as error:
        Predictor(folder)
    assert str(file) in str(error.value)
    assert "train.py" in str(error.value)


def test_shipped_model_says_how_to_restore_it(monkeypatch):
    monkeypatch.setattr("model.predictor.LITERT_FILE", "nowhere.tflite")
    with pytest.raises(CheckpointError, match="git checkout model/weights"):
        Predictor()


def test_reading_imports_no_tensorflow():
    code = "import sys, model.predict; model.predict.Predictor(); print({'tensorflow', 'keras'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.mnist
def test_shipped_model_keeps_what_its_card_promises(mnist):
    card = predictor.card
    predictions = predictor.predict(mnist.x_test.astype(np.float32) / 255)
    right = np.array([p.label for p in predictions]) == mnist.y_test
    assert right.mean() == pytest.approx(card.accuracy["mnist"], abs=0.0002)
    assert right.mean() >= 0.995
    assert card.parameters <= 500_000
    assert card.data_sha256 == mnist.sha256()


@pytest.mark.mnist
@pytest.mark.slow
def test_mnist_as_png_files_is_read_as_well_as_the_arrays(mnist):
    raw = [p.label for p in predictor.predict(mnist.x_test.astype(np.float32) / 255)]
    saved = [predictor.read(load_image(encode(image))).prediction.label for image in mnist.x_test]
    right, right_saved = (np.mean(np.array(labels) == mnist.y_test) for labels in (raw, saved))
    assert abs(right - right_saved) <= 0.001


@pytest.mark.process
def test_shipped_keras_and_litert_files_agree():
    code = f"""
from pathlib import Path
import keras, numpy as np
from model.litert import LiteRTNetwork, softmax
network = keras.saving.load_model({str(SHIPPED / KERAS_FILE)!r}, safe_mode=True)
images = np.random.default_rng(0).random((1000, 28, 28), np.float32)
expected = softmax(network.predict(images[..., None], verbose=0))
read = softmax(LiteRTNetwork(Path({str(SHIPPED / LITERT_FILE)!r}))(images))
print(np.abs(read - expected).max())
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(done.stdout.split()[-1]) < 1e-4
