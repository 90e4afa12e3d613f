import keras
import numpy as np
import pytest

from model.data.drawing import to_unit_box
from model.data.examples import (
    AS_IT_IS,
    AT_HOME,
    LAST_STRENGTH,
    WITH_PENS,
    CentreLines,
    Examples,
    Recipe,
    add_corrections,
    make_sources,
    with_corrections,
)
from model.data.mnist import Pictures, load_mnist
from model.data.skeleton import centre_lines
from model.data.strokes import Characters
from model.litert import NO_DIGIT
from model.networks import NETWORKS
from model.options import Options
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
    return make_sources(*images_and_labels, PENS, WITH_PENS, Options(epochs=10, images=1000))


def test_batches_have_the_networks_shape_and_range(sources):
    examples = Examples(sources, WITH_PENS, Options(epochs=10, images=640, batch_size=64))
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
        examples = Examples(sources, WITH_PENS, Options(epochs=10, images=64, batch_size=64, seed=seed))
        first = examples[0][0]
        examples.epoch = 2
        return first, examples[0][0]

    first, second = epochs(3)
    assert np.array_equal([first, second], epochs(3))
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, epochs(4)[0])
    resumed = Examples(sources, WITH_PENS, Options(epochs=10, images=64, batch_size=64, seed=3))
    resumed.epoch = 2
    assert np.array_equal(resumed[0][0], second)


def test_shares_are_kept(sources):
    recipe = Recipe({"mnist": 0.25, "no digit": 0.75})
    examples = Examples(sources, recipe, Options(epochs=1, images=2000, batch_size=2000))
    assert (examples[0][1] == NO_DIGIT).mean() == pytest.approx(0.75, abs=0.04)


def test_without_pens_nothing_of_people_is_used(images_and_labels):
    options = Options(epochs=100, images=64, batch_size=32)
    sources = make_sources(*images_and_labels, None, AT_HOME, options)
    assert {*sources.pools} == {*AT_HOME.shares} - {"mnist"}
    assert len(Examples(sources, AT_HOME, options)) == 2


@pytest.mark.parametrize("recipe", [AS_IT_IS, AT_HOME, WITH_PENS])
def test_a_fiftieth_of_what_is_shown_are_corrections_of_one_label(images_and_labels, recipe):
    images, labels = images_and_labels
    options = Options(epochs=1, images=20_000, batch_size=20_000)
    threes = Pictures(images[labels == 3][:5], np.full(5, 3))
    mixed = with_corrections(recipe, threes.labels)
    sources = add_corrections(make_sources(images, labels, PENS, mixed, options), threes)
    _, shown = Examples(sources, mixed, options)[0]
    of_digits = 0.98 * (1 - recipe.shares.get("no digit", 0))
    assert (shown < NO_DIGIT).mean() == pytest.approx(0.02 + of_digits, abs=0.01)
    assert (shown == 3).mean() == pytest.approx(0.02 + of_digits / 10, abs=0.01)


@pytest.mark.parametrize(("labels", "share"), [(np.arange(10), 0.2), (np.arange(4), 0.08), ([9] * 19 + [4], 0.03)])
def test_corrections_are_a_fifth_and_those_of_one_label_a_fiftieth_at_most(labels, share):
    shares = with_corrections(AT_HOME, np.array(labels)).shares
    assert sum(shares.values()) == pytest.approx(1)
    assert (shares["corrections"], shares["corrections redrawn"]) == pytest.approx((share / 2, share / 2))


def test_an_epoch_of_mnist_as_it_is_has_each_image_once(images_and_labels):
    images, labels = images_and_labels
    options = Options(epochs=2, batch_size=400)
    examples = Examples(make_sources(images, labels, None, AS_IT_IS, options), AS_IT_IS, options)
    shown, _ = examples[0]
    assert np.array_equal(
        np.sort(shown.reshape(400, -1), axis=0), np.sort(images.reshape(400, -1) / np.float32(255), axis=0)
    )


def test_letters_are_no_digits(sources):
    assert [*sources.pools["pens"].labels] == [*range(10)]
    assert {*sources.pools["no digit"].labels} == {NO_DIGIT}


def test_distortions_ease_towards_the_end(sources):
    examples = Examples(sources, WITH_PENS, Options(epochs=20, images=64, batch_size=64))
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
    options = Options(epochs=3, images=64, batch_size=32)
    fit(NETWORKS["dense"](11), Examples(sources, WITH_PENS, options), options)
    assert made == [1, 2, 3]


def test_a_short_training_writes_no_more_by_rule_than_it_will_draw(images_and_labels):
    options = Options(epochs=2, images=50, batch_size=50)
    pools = make_sources(*images_and_labels, None, AT_HOME, options).pools
    assert {name: len(pools[name].labels) for name in ("written", "no digit")} == {"written": 25, "no digit": 20}


def test_no_epoch_waits_for_the_autotuning_of_the_one_before(sources, monkeypatch):
    given = []
    monkeypatch.setattr(
        keras.Model, "fit", lambda _, batches, validation_data, **__: given.extend([batches, validation_data])
    )
    options, digits = Options(epochs=3, images=64, batch_size=32), (np.zeros((700, 28, 28), np.float32), np.zeros(700))
    fit(NETWORKS["dense"](11), Examples(sources, WITH_PENS, options), options, digits)
    assert [len(batches) for batches in given] == [2, 2]
    assert [batches.options().autotune.enabled for batches in given] == [False, False]


def test_centre_lines_are_found_once_when_asked_for(monkeypatch):
    images, asked = np.eye(28, dtype=np.uint8)[np.newaxis].repeat(3, axis=0) * 255, []
    monkeypatch.setattr("model.data.examples.centre_lines", lambda image: asked.append(1) or centre_lines(image))
    lines = CentreLines(images)
    assert (len(lines), asked) == (3, [])
    for _ in range(2):
        for found, expected in zip(lines[1], to_unit_box(centre_lines(images[1])), strict=True):
            assert np.array_equal(found, expected)
    assert asked == [1]
