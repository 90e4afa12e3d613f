import cv2
import numpy as np
import pytest

from model.predictor import Predictor
from tests.conftest import encode
from tests.drawings import draw
from utils.image import load_image
from utils.paper.ruled_paper import without_rules

PENS = {"black": 20, "blue": 70, "pencil": 110}
RULES = {"light": 215, "grey": 175, "dark": 140}


def sheet(digit: int, seed: int, squared: bool, bent: bool, size: int = 280) -> tuple[np.ndarray, tuple]:
    """A grey photograph of a digit on paper with rules, and the digit's box: pen, paper and light by chance."""
    rng = np.random.default_rng(seed)
    height = rng.uniform(0.4, 0.75) * size
    width = height * rng.uniform(0.55, 0.75)
    corner = rng.uniform(0.08 * size, 0.92 * size - width), rng.uniform(0.08 * size, 0.92 * size - height)
    pen, rule = rng.choice([*PENS.values()]), rng.choice([*RULES.values()])
    ink = draw(digit, size, round(rng.uniform(7, 18) * size / 280), (*corner, width, height))
    spacing, start, thickness = rng.uniform(0.1, 0.4) * size, rng.uniform(0, size), rng.uniform(1, 3) * size / 280
    slope, bend = rng.uniform(-0.06, 0.06, 2) * bent

    def rules(x, y):
        off = y - slope * x - bend * (x / size - 0.5) ** 2 * size - start
        return (thickness / 2 + 0.5 - np.abs((off + spacing / 2) % spacing - spacing / 2)).clip(0, 1)

    y, x = np.mgrid[:size, :size].astype(float)
    opacity = np.maximum(rules(x, y), rules(y, -x) if squared else 0)
    paper = 240 + (rule - 240.0) * opacity
    grey = paper + (np.minimum(pen, paper) - paper) * (ink / 255)
    grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 1.2) * size / 280)
    if rng.random() < 0.5:  # a lamp
        grey *= 0.6 + 0.4 * np.exp(-((x / size - 0.2) ** 2 + (y / size - 0.2) ** 2) / 0.6)
    grey += rng.normal(0, rng.uniform(0, 3), grey.shape)
    return grey.clip(0, 255).astype(np.uint8), cv2.boundingRect((ink > 100).view(np.uint8))


@pytest.mark.parametrize("bent", [False, True])
@pytest.mark.parametrize("squared", [False, True])
def test_digits_on_ruled_paper_are_read_and_the_crop_holds_nothing_else(squared, bent):
    predictor, read, cropped = Predictor(), 0, 0
    for seed in range(50):
        grey, (x, y, width, height) = sheet(seed % 10, seed, squared, bent)
        reading = predictor.read(load_image(encode(grey)))
        read += bool(reading.prediction and reading.prediction.is_digit and reading.prediction.label == seed % 10)
        left, top, across, down = reading.steps.box
        off = left - x, top - y, left + across - x - width, top + down - y - height
        cropped += max(map(abs, off)) <= 0.05 * 280
    assert read >= 49
    assert cropped >= 45


def test_only_what_is_of_the_rules_is_erased():
    ink = draw(7, brush_px=14)
    lines = np.zeros_like(ink)
    lines[30::60] = lines[31::60] = 255  # as dark as the digit, but thinner
    clean = without_rules(np.maximum(ink, lines)).astype(int)
    assert np.abs(clean - ink).mean() < 0.3
    assert (np.abs(clean - ink)[:, :60] == 0).all()


@pytest.mark.parametrize("brush_px", [2, 5, 9, 18])
@pytest.mark.parametrize("digit", range(10))
def test_digits_that_fill_the_picture_stay_as_they_are(digit, brush_px):
    edge = brush_px / 2
    ink = draw(digit, 280, brush_px, (edge, edge, 279 - 2 * edge, 279 - 2 * edge))
    assert np.array_equal(without_rules(ink), ink)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param((0, 140), (279, 140), id="dash"),
        pytest.param((0, 140), (279, 150), id="slanted dash"),
        pytest.param((140, 0), (140, 279), id="one"),
    ],
)
@pytest.mark.parametrize("thickness", [1, 3, 8])
def test_line_alone_is_what_was_drawn(start, end, thickness):
    ink = cv2.line(np.zeros((280, 280), np.uint8), start, end, 255, thickness, cv2.LINE_AA)
    assert np.array_equal(without_rules(ink), ink)


def test_small_pictures_stay_as_they_are():
    ink = np.zeros((28, 28), np.uint8)
    ink[4:25, 10:16] = ink[8] = 255
    assert np.array_equal(without_rules(ink), ink)
