"""The network in NumPy: its gradients against small differences, and its training against Keras's."""

from itertools import pairwise

import keras
import numpy as np
import pytest

from model import training
from model.data.examples import AS_IT_IS, Examples, Sources
from model.networks import dense, scratch
from model.options import OPTIMIZERS_OF_SCRATCH, Options
from model.scratch import OPTIMIZERS, backward, cross_entropy, forward
from model.training import fit

RNG = np.random.default_rng(0)


def some_parameters(*sizes: int) -> list[np.ndarray]:
    parameters = []
    for inputs, outputs in pairwise(sizes):
        parameters += [RNG.normal(size=(inputs, outputs)), RNG.normal(size=outputs)]
    return parameters


def test_forward_is_worked_out_by_hand():
    parameters = [np.array([[1.0, -1.0]]), np.array([0.5, 0.0]), np.array([[2.0], [3.0]]), np.array([-1.0])]
    logits, inputs = forward(parameters, np.array([[2.0], [-3.0]]))
    assert inputs[1].tolist() == [[2.5, 0.0], [0.0, 3.0]]
    assert logits.tolist() == [[4.0], [8.0]]


def test_cross_entropy_of_even_chances_is_log_of_their_number_and_large_logits_do_not_overflow():
    assert cross_entropy(np.zeros((3, 10)), np.array([0, 5, 9])) == pytest.approx(np.log(10))
    assert cross_entropy(np.array([[1e4, 0.0]]), np.array([1])) == pytest.approx(1e4)


@pytest.mark.parametrize("hidden", [(), (7,), (6, 5)])
def test_gradients_are_those_of_small_differences(hidden):
    parameters = some_parameters(8, *hidden, 4)
    images, labels = RNG.normal(size=(9, 8)), RNG.integers(0, 4, 9)
    gradients = backward(parameters, *forward(parameters, images), labels)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        assert gradient.shape == parameter.shape
        for index in np.ndindex(parameter.shape):
            before, differences = parameter[index], []
            for nudge in (1e-6, -1e-6):
                parameter[index] = before + nudge
                differences.append(cross_entropy(forward(parameters, images)[0], labels))
            parameter[index] = before
            assert gradient[index] == pytest.approx((differences[0] - differences[1]) / 2e-6, abs=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS_OF_SCRATCH)
def test_each_optimizer_goes_down_a_valley_as_keras_does(name):
    ours, keras_s = [np.array([3.0, -2.0], np.float32)], keras.Variable([3.0, -2.0])
    by_hand, optimizer = OPTIMIZERS[name](ours), training.OPTIMIZERS[name](0.05)
    optimizer.build([keras_s])
    for _ in range(50):
        by_hand.step(ours, [2 * ours[0]], 0.05)
        optimizer.apply([2 * keras_s.value])
        np.testing.assert_allclose(ours[0], keras_s.numpy(), atol=1e-4)
    assert np.abs(ours[0]).max() < 2


def test_trained_on_the_same_batches_it_becomes_what_keras_makes_of_it(tiny_mnist_file):
    with np.load(tiny_mnist_file) as arrays:
        images, labels = arrays["x_train"], arrays["y_train"]
    # A batch an epoch: Keras would take several in another order.
    options = Options(epochs=20, batch_size=400, learning_rate=3e-3)
    examples = [Examples(Sources(images, labels, {}), AS_IT_IS, options) for _ in range(2)]
    validation = images[:100].astype(np.float32) / 255, labels[:100].astype(int)
    # From one in eight sets of first weights the two part, by up to 0.007: presumably where a gradient is all rounding
    # error, which Adam makes as long a step of as of any other.
    keras.utils.set_random_seed(1)
    by_keras, by_hand = dense(10, [16]), scratch(10, [16])
    by_hand.set_weights(by_keras.get_weights())
    for network, its_examples in zip((by_keras, by_hand), examples, strict=True):
        fit(network, its_examples, options, validation)
    for expected, weights in zip(by_keras.get_weights(), by_hand.get_weights(), strict=True):
        np.testing.assert_allclose(weights, expected, atol=1e-4)
    assert int(by_hand.optimizer.iterations) == 20
