"""Why the network reads what it reads: which ink speaks for its answer, and which against it.

The saliency is found by occlusion, without gradients: LiteRT has no operation for the gradient of a ReLU or of a max
pooling, so it cannot compute that of a network with these.
"""

import numpy as np

from model.predictor import Predictor

PATCH_PX = 4
STEP_PX = 2  # from one patch to the next
LEAST_INK = 0.1  # fainter pixels count as paper


def find_evidence(predictor: Predictor, image: np.ndarray, label: int) -> np.ndarray:
    """Erase each patch of ink in turn, and see how much less likely that makes the digit.

    The method is occlusion (Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014). It
    needs no gradients, so it works with any network that the page reads with.

    Parameters
    ----------
    predictor : Predictor
        What reads the image.
    image : ndarray of float, shape (28, 28)
        MNIST-style: paper 0, ink up to 1.
    label : int
        The digit to find evidence for.

    Returns
    -------
    ndarray of float32, shape (28, 28)
        By how much the digit's log-odds fall, on average, when a patch with this pixel is erased: above 0 where the ink
        speaks for the digit, below 0 where it speaks against it, 0 where there is no ink.
    """
    corners = [
        (y, x)
        for y in range(0, image.shape[0] - PATCH_PX + 1, STEP_PX)
        for x in range(0, image.shape[1] - PATCH_PX + 1, STEP_PX)
        if image[y : y + PATCH_PX, x : x + PATCH_PX].max() > LEAST_INK
    ]
    occluded = np.repeat(image[np.newaxis], len(corners) + 1, axis=0)  # nothing is erased in the last
    for picture, (y, x) in zip(occluded, corners, strict=False):
        picture[y : y + PATCH_PX, x : x + PATCH_PX] = 0
    probabilities = np.stack([prediction.probabilities for prediction in predictor.predict(occluded)])
    log_odds = _log_odds(probabilities, label)
    falls, patches = np.zeros(image.shape, np.float32), np.zeros(image.shape, np.float32)
    for fall, (y, x) in zip(log_odds[-1] - log_odds[:-1], corners, strict=True):
        falls[y : y + PATCH_PX, x : x + PATCH_PX] += fall
        patches[y : y + PATCH_PX, x : x + PATCH_PX] += 1
    return np.where(image > LEAST_INK, falls / np.maximum(patches, 1), 0).astype(np.float32)


def _log_odds(probabilities: np.ndarray, label: int) -> np.ndarray:
    # The others are summed: one minus the digit's probability would be rounded to 0 where the digit is almost sure.
    others = np.delete(probabilities, label, axis=1).sum(axis=1)
    least = np.finfo(np.float32).tiny
    log_odds: np.ndarray = np.log(np.maximum(probabilities[:, label], least)) - np.log(np.maximum(others, least))
    return log_odds
