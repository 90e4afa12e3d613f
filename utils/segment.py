"""Split an ink image into the signs that stand beside each other in it, such as the digits of a number."""

import cv2
import numpy as np

from utils.preprocess import INK_LEVEL

# Patches whose columns overlap by more than this share of the narrower one are parts of one sign: the hat of a five
# hangs over its belly, while the foot of a two hardly reaches under the next digit.
OVERLAP_SHARE = 0.3


def split_side_by_side(ink: np.ndarray) -> list[np.ndarray]:
    """Split ink into signs that stand beside each other.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink 255, without specks.

    Returns
    -------
    list of ndarray of uint8, shape (height, width)
        The same picture with nothing but one sign each, from left to right.
    """
    count, patches, stats, _ = cv2.connectedComponentsWithStats((ink >= INK_LEVEL).view(np.uint8), connectivity=8)
    signs: list[tuple[int, int, list[int]]] = []  # left edge, right edge, the numbers of its patches
    for patch in sorted(range(1, count), key=lambda patch: stats[patch, cv2.CC_STAT_LEFT]):
        left, width = stats[patch, cv2.CC_STAT_LEFT], stats[patch, cv2.CC_STAT_WIDTH]
        right, members = left + width, [patch]
        # A wide patch may overlap several of the signs before it.
        while signs and signs[-1][1] - left > OVERLAP_SHARE * min(right - left, signs[-1][1] - signs[-1][0]):
            before = signs.pop()
            left, right, members = before[0], max(before[1], right), before[2] + members
        signs.append((left, right, members))
    return [np.where(np.isin(patches, members), ink, 0).astype(np.uint8) for _, _, members in signs]
