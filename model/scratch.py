"""A dense network in NumPy alone: what Keras does for `dense`, with the formula beside each line of mathematics.

A batch of n images is a matrix X of n rows and 784 columns. Layer l has weights W (inputs, outputs) and biases b:

    Z₁ = X W₁ + b₁,  A₁ = max(Z₁, 0),  …,  logits Z = A W + b,  probabilities P = softmax(Z)

The loss is the cross-entropy, the mean over the batch of −log P[label]. See Goodfellow, Bengio and Courville, "Deep
Learning", 2016, chapters 6 and 8.
"""

from collections.abc import Sequence

import keras
import numpy as np

from model.litert import DIGITS, softmax
from model.predictor import accuracy_of

Gradients = list[np.ndarray]  # ∂L/∂W₁, ∂L/∂b₁, ∂L/∂W₂, …: in the order of the parameters


def forward(parameters: Sequence[np.ndarray], images: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Compute the logits; return the input of each layer too, for `backward`.

    Parameters
    ----------
    parameters : sequence of ndarray
        W₁, b₁, W₂, b₂, …
    images : ndarray of float32, shape (n, 784)

    Returns
    -------
    logits : ndarray of float32, shape (n, classes)
    inputs : list of ndarray of float32, each (n, inputs of the layer)
    """
    inputs = [images]
    for weights, biases in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
        inputs.append(np.maximum(inputs[-1] @ weights + biases, 0))  # A = max(X W + b, 0)
    return inputs[-1] @ parameters[-2] + parameters[-1], inputs  # Z = A W + b


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Compute the loss: the mean of −log P[label], with log P = Z − log Σ exp(Z), which cannot overflow."""
    log_probabilities = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return float(-log_probabilities[np.arange(len(labels)), labels].mean())


def backward(
    parameters: Sequence[np.ndarray], logits: np.ndarray, inputs: list[np.ndarray], labels: np.ndarray
) -> Gradients:
    """Compute the loss's gradient with respect to each parameter, from the last layer to the first (the chain rule).

    Parameters
    ----------
    parameters : sequence of ndarray
        W₁, b₁, W₂, b₂, …
    logits, inputs
        What `forward` returned.
    labels : ndarray of int, shape (n,)
        The right classes.
    """
    n = len(labels)
    error = softmax(logits)
    error[np.arange(n), labels] -= 1
    error /= n  # ∂L/∂Z = (P − Y) / n, with Y one-hot
    gradients: Gradients = []
    for layer in range(len(parameters) // 2 - 1, -1, -1):
        weights = parameters[2 * layer]
        gradients = [inputs[layer].T @ error, error.sum(axis=0), *gradients]  # ∂L/∂W = Aᵀ ∂L/∂Z, ∂L/∂b = Σ ∂L/∂Z
        error = (error @ weights.T) * (inputs[layer] > 0)  # ∂L/∂A = ∂L/∂Z Wᵀ, and nothing passes where A = 0
    return gradients


class Adam:
    """Gradient descent with larger steps where the gradient is steadier (Kingma and Ba, "Adam", ICLR 2015)."""

    # As in Keras:
    BETA_1 = 0.9
    BETA_2 = 0.999
    EPSILON = 1e-7

    def __init__(self, parameters: Sequence[np.ndarray]):
        self.steps = 0
        self.mean = [np.zeros_like(parameter) for parameter in parameters]
        self.square = [np.zeros_like(parameter) for parameter in parameters]

    def step(self, parameters: Sequence[np.ndarray], gradients: Gradients, rate: float) -> None:
        """Change the parameters, in place."""
        self.steps += 1
        # Both moving averages begin at 0, so they are too small at first; this corrects the step.
        rate *= (1 - self.BETA_2**self.steps) ** 0.5 / (1 - self.BETA_1**self.steps)
        for parameter, gradient, mean, square in zip(parameters, gradients, self.mean, self.square, strict=True):
            mean += (1 - self.BETA_1) * (gradient - mean)  # m ← β₁ m + (1 − β₁) g
            square += (1 - self.BETA_2) * (gradient**2 - square)  # v ← β₂ v + (1 − β₂) g²
            parameter -= rate * mean / (np.sqrt(square) + self.EPSILON)  # w ← w − η m / (√v + ε)


class Momentum:
    """Stochastic gradient descent with momentum (Rumelhart, Hinton and Williams, Nature 1986)."""

    MOMENTUM = 0.9  # μ

    def __init__(self, parameters: Sequence[np.ndarray]):
        self.velocities = [np.zeros_like(parameter) for parameter in parameters]

    def step(self, parameters: Sequence[np.ndarray], gradients: Gradients, rate: float) -> None:
        """Change the parameters, in place."""
        for parameter, gradient, velocity in zip(parameters, gradients, self.velocities, strict=True):
            velocity *= self.MOMENTUM
            velocity -= rate * gradient  # v ← μ v − η g
            parameter += velocity  # w ← w + v


OPTIMIZERS = {"adam": Adam, "sgd": Momentum}


@keras.saving.register_keras_serializable()
class Scratch(keras.Model):
    """A Keras network of dense layers with a `fit` of its own: Keras only keeps the weights and saves them."""

    def fit(
        self,
        examples: keras.utils.PyDataset,
        epochs: int,
        initial_epoch: int,
        validation_data: tuple[np.ndarray, np.ndarray] | None,
        callbacks: Sequence[keras.callbacks.Callback],
        verbose: str | int,
        **_,
    ) -> None:
        """Train copies of the weights, put back after each epoch; the parameters are those of Keras's `fit`."""
        parameters, steps_an_epoch = self.get_weights(), len(examples)
        optimizer = OPTIMIZERS[type(self.optimizer).__name__.lower()](parameters)
        self.stop_training = False
        listeners = keras.callbacks.CallbackList(
            callbacks, add_progbar=bool(verbose), model=self, verbose=1, epochs=epochs, steps=steps_an_epoch
        )
        listeners.on_train_begin()
        for epoch in range(initial_epoch, epochs):
            listeners.on_epoch_begin(epoch)
            losses = 0.0
            right = 0
            digits = 0
            for batch in range(steps_an_epoch):
                images, labels = examples[batch]
                logits, inputs = forward(parameters, images.reshape(len(images), -1))
                self.optimizer.iterations.assign(epoch * steps_an_epoch + batch)  # which the learning rate depends on
                rate = float(self.optimizer.learning_rate)
                optimizer.step(parameters, backward(parameters, logits, inputs, labels), rate)
                losses += cross_entropy(logits, labels)
                digits += int((labels < DIGITS).sum())
                right += int((logits[:, :DIGITS].argmax(axis=1) == labels).sum())
                logs = {"loss": losses / (batch + 1), "accuracy": right / max(digits, 1)}
                listeners.on_train_batch_end(batch, logs)
            self.set_weights(parameters)
            self.optimizer.iterations.assign((epoch + 1) * steps_an_epoch)
            if validation_data:
                images, labels = validation_data
                logits, _ = forward(parameters, images.reshape(len(images), -1))
                logs |= {"val_loss": cross_entropy(logits, labels), "val_accuracy": accuracy_of(logits, labels)}
            listeners.on_epoch_end(epoch, logs)
            if self.stop_training:  # a callback has set it
                break
