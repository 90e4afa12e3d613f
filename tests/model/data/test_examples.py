import numpy as np
import pytest

from model.data.drawing import to_unit_box
from model.data.examples import (
    AS_IT_IS,
    AT_HOME,
    LAST_STRENGTH,
    NO_DIGIT,
    WITH_PENS,
    CentreLines,
    Examples,
    Recipe,
    make_sources,
)
from model.data.mnist import load_mnist
from model.data.skeleton import centre_lines
from model.data.strokes import Characters
from model.networks import NETWORKS
from model.training import fit
from tests.drawings import strokes

PENS = Characters(
    [strokes(digit, 0, 0, 600, 1000) for digit in range(10)] + [strokes(7, 0, 0, 600, 1000)],
    np.array([*"0123456789", "K"]),
    np.array(["lab/ann"] * 11),
    np.arange(11),
)


@pytest.fixture(scope="module")
def images_and_labels(tiny_mnist_file):
    mnist = load_mnist(tiny_mnist_file)
    return mnist.x_train, mnist.y_train


@pytest.fixture(scope="module")
def sources(images_and_labels):
    return make_sources(*images_and_labels, PENS, WITH_PENS, 10_000, seed=0)


def test_batches_have_the_networks_shape_and_range(sources):
    examples = Examples(sources, WITH_PENS, 640, 64, seed=0, epochs=10)
    assert len(examples) == 10
    for images, labels in (examples[0], examples[9]):
        assert (images.shape, images.dtype) == ((64, 28, 28, 1), np.float32)
        assert 0 <= images.min() < images.max() <= 1
        assert labels.shape == (64,)
        assert labels.max() <= NO_DIGIT
    labels = np.concatenate([examples[index][1] for index in range(10)])
    assert {*np.unique(labels)} == {*range(11)}


def test_same_seed_same_epochs_and_each_epoch_is_new(sources):
    def epochs(seed):
        examples = Examples(sources, WITH_PENS, 64, 64, seed, epochs=10)
        first = examples[0][0]
        examples.epoch = 2
        return first, examples[0][0]

    first, second = epochs(3)
    assert np.array_equal([first, second], epochs(3))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, epochs(4)[0])
    resumed = Examples(sources, WITH_PENS, 64, 64, seed=3, epochs=10)
    resumed.epoch = 2
    assert np.array_equal(resumed[0][0], second)


def test_shares_are_kept(sources):
    examples = Examples(sources, Recipe({"mnist": 0.25, "no digit": 0.75}), 2000, 2000, seed=0, epochs=1)
    assert (examples[0][1] == NO_DIGIT).mean() == pytest.approx(0.75, abs=0.04)


def test_without_pens_nothing_of_people_is_used(images_and_labels):
    sources = make_sources(*images_and_labels, None, AT_HOME, 10_000, seed=0)
    assert {*sources.pools} == {*AT_HOME.shares} - {"mnist"}
    assert len(Examples(sources, AT_HOME, 64, 32, seed=0, epochs=1)) == 2


def test_an_epoch_of_mnist_as_it_is_has_each_image_once(images_and_labels):
    images, labels = images_and_labels
    examples = Examples(make_sources(images, labels, None, AS_IT_IS, 800, 0), AS_IT_IS, 400, 400, seed=0, epochs=2)
    shown, _ = examples[0]
    assert np.array_equal(
        np.sort(shown.reshape(400, -1), axis=0), np.sort(images.reshape(400, -1) / np.float32(255), axis=0)
    )


def test_letters_are_no_digits(sources):
    assert [*sources.pools["pens"].labels] == [*range(10)]
    assert {*sources.pools["no digit"].labels} == {NO_DIGIT}


def test_distortions_ease_towards_the_end(sources):
    examples = Examples(sources, WITH_PENS, 64, 64, seed=0, epochs=20)
    strengths = []
    for examples.epoch in range(1, 21):
        strengths.append(examples.strength)
    assert strengths[:14] == [1.0] * 14
    assert np.all(np.diff(strengths[13:]) < 0)
    assert strengths[-1] == pytest.approx(LAST_STRENGTH)


def test_each_epoch_is_made_once_and_trained_on(sources, monkeypatch):
    made = []
    make = Examples._make
    monkeypatch.setattr(Examples, "_make", lambda self: (made.append(self.epoch), make(self)))
    fit(NETWORKS["dense"](11), Examples(sources, WITH_PENS, 64, 32, seed=0, epochs=3), 3, 1e-3)
    assert made == [1, 2, 3]


def test_centre_lines_are_found_once_when_asked_for(monkeypatch):
    images, asked = np.eye(28, dtype=np.uint8)[np.newaxis].repeat(3, axis=0) * 255, []
    monkeypatch.setattr("model.data.examples.centre_lines", lambda image: asked.append(1) or centre_lines(image))
    lines = CentreLines(images)
    assert (len(lines), asked) == (3, [])
    for _ in range(2):
        for found, expected in zip(lines[1], to_unit_box(centre_lines(images[1])), strict=True):
            assert np.array_equal(found, expected)
    assert asked == [1]
