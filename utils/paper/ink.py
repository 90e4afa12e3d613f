"""From a grey picture to an ink image: uint8 (height, width), paper 0, ink 255, whichever of them was darker."""

from collections.abc import Sequence

import cv2
import numpy as np

from utils.preprocess import INK_LEVEL

# Turns the median absolute deviation into the standard deviation of a normal distribution.
SIGMA = 1.4826
# Ink stands out from the paper by at least this many grey levels of 255 …
MIN_CONTRAST = 12
# … and by this many standard deviations of the paper's grain. Less may be grain itself; of Gaussian noise, fewer than
# one value in a billion lies so high.
MIN_CONTRAST_SIGMAS = 6
# Grain below this many standard deviations is wiped to 0; soft edges of ink above it stay grey.
FLOOR_SIGMAS = 3
# Paper is even if this share of the picture's rim is within so many levels of the rim's median.
EVEN_SHARE = 0.7
EVEN_LEVELS = 4

# A photograph whose longer side is shorter is taken for one of a digit, others for pages.
MIN_PAGE_SIDE_PX = 800
# In photographs of pages, the paper is looked for in a small copy with so long a side.
SMALL_SIDE_PX = 320
# Shares of the picture's longer side: how wide are the surroundings that tell strokes from paper, those that light is
# even in, and how thick a stroke can be. Wider dark areas are shadows, or other things than paper.
WIDE_SHARE = 1 / 3
LOCAL_SHARE = 1 / 16
MAX_STROKE_SHARE = 1 / 10
# A shadow's edge is followed where strokes are thinner than this.
FINE_SHARE = 1 / 36
# Faint signs are raised beside at least so many others, which are at least this share of the picture's longer side
# high. In smaller company a faint patch is a smudge.
MIN_SIGNS = 4
MIN_SIGN_SHARE = 1 / 100
# A sign fainter than this, of 255, is raised …
FAINT_LEVEL = 150
# … unless it is fainter than this: then it is none.
MIN_SIGN_LEVEL = 30
# In a picture of more patches than this, those that are too small for signs are specks.
MAX_PATCHES = 1500
# How large most signs are is told by those that are at most this share of the page.
MAX_SIGN_SHARE = 1 / 8
# What is more than so many times as large is no sign.
MAX_SIGN_SIZES = 2.5
# Nor is what touches the rim, unless it is as large as most signs, within this share.
MAX_OFF_AT_RIM = 0.5
# Of a raised sign, this share of its level counts as a shadow around it.
HAZE_SHARE = 0.2


def find_ink(grey: np.ndarray) -> np.ndarray:
    """Tell ink from paper, in a picture of either polarity.

    If the picture's rim is even (drawings, scans), its brightness is the paper's. Otherwise (photographs) it is the
    median of each pixel's wide surroundings, so that lamps and shadows go; in large photographs, of pages, also of the
    near surroundings, without the strokes. Ink is what is darker than the paper, or what is lighter: whichever differs
    more in sum. Grey edges stay grey; only the paper's own grain is set to 0.

    Parameters
    ----------
    grey : ndarray of uint8, shape (height, width)
        0 black, 255 white.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255; all 0 if nothing stands out from the paper.
    """
    # One pixel less than the four sides have, so that their number is odd and the median is one of the levels.
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:-1, -1]])
    paper = np.median(rim)
    if (np.abs(rim - paper) <= EVEN_LEVELS).mean() >= EVEN_SHARE:
        return _ink_on_even_paper(grey, int(paper))
    if max(grey.shape) < MIN_PAGE_SIDE_PX:
        return _ink_of_digit(grey)
    return _ink_of_page(grey)


def _ink_on_even_paper(grey: np.ndarray, paper: int) -> np.ndarray:
    levels, counts = np.arange(256), _histogram(grey)
    difference = np.abs(levels - paper)
    grain = SIGMA * _median(np.bincount(difference, counts, 256).astype(int))
    above_floor = counts * np.maximum(difference - FLOOR_SIGMAS * grain, 0)
    is_dark = above_floor[:paper].sum() > above_floor[paper:].sum()
    return _as_ink(grey, np.maximum(paper - levels if is_dark else levels - paper, 0), grain)


def _ink_of_digit(grey: np.ndarray) -> np.ndarray:
    # The paper is smooth, so a small copy is enough, and quick. The surroundings are far wider than a stroke.
    height, width = grey.shape
    scale = min(1.0, 256 / max(grey.shape))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = _median_around(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), WIDE_SHARE)
    paper = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    # Sums and medians come from histograms: these have 256 levels, however many pixels the picture has.
    darker, lighter = cv2.subtract(paper, grey), cv2.subtract(grey, paper)
    grain = SIGMA * _median(_histogram(cv2.max(darker, lighter)))
    levels = np.arange(256)
    above_floor = np.maximum(levels - FLOOR_SIGMAS * grain, 0)
    is_dark = _histogram(darker) @ above_floor > _histogram(lighter) @ above_floor
    return _as_ink(darker if is_dark else lighter, levels, grain)


def _as_ink(picture: np.ndarray, beyond: np.ndarray, grain: float) -> np.ndarray:
    """Turn a picture into ink by how far each level is beyond the paper, int (256,); all 0 if that is only grain."""
    contrast = _contrast(np.bincount(beyond, _histogram(picture), 256).astype(int))
    if contrast < max(MIN_CONTRAST, MIN_CONTRAST_SIGMAS * grain):
        return np.zeros(picture.shape, np.uint8)
    floor = FLOOR_SIGMAS * grain
    ink = (beyond - floor) * (255 / (contrast - floor))
    return cv2.LUT(picture, ink.round().clip(0, 255).astype(np.uint8))


def _ink_of_page(grey: np.ndarray) -> np.ndarray:
    height, width = grey.shape
    scale = min(1.0, SMALL_SIDE_PX / max(grey.shape))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    wide, local = _median_around(small, WIDE_SHARE), _median_around(small, LOCAL_SHARE)
    darker = _amount_of_strokes(small, (wide, local))
    lighter = _amount_of_strokes(255 - small, (255 - wide, 255 - local))
    if lighter > darker:
        grey, small, wide = 255 - grey, 255 - small, 255 - wide
    paper = cv2.resize(_light_paper(small, wide), (width, height), interpolation=cv2.INTER_LINEAR)
    # Grain is what is not smooth, most of the time, in the surroundings.
    rough = cv2.resize(cv2.absdiff(grey, cv2.blur(grey, (5, 5))), size, interpolation=cv2.INTER_NEAREST)
    # Smoothing takes more than a third of it away; strokes are wider than grain.
    floor = cv2.convertScaleAbs(_median_around(rough, LOCAL_SHARE), alpha=2 / 3 * FLOOR_SIGMAS * SIGMA)
    grey = cv2.GaussianBlur(grey, (5, 5), 0)
    floor = cv2.resize(floor, (width, height), interpolation=cv2.INTER_LINEAR)
    difference = cv2.subtract(paper, grey)
    least = max(MIN_CONTRAST, MIN_CONTRAST_SIGMAS / FLOOR_SIGMAS * float(np.median(floor)))
    if _contrast(_histogram(difference)) < least:
        return np.zeros(grey.shape, np.uint8)
    # In the shade, both the paper and what the ink takes from it are darker: what counts is the share.
    share = cv2.divide(cv2.subtract(difference, floor), paper, scale=255)
    contrast = _contrast(_histogram(share))
    return cv2.convertScaleAbs(share, alpha=255 / contrast) if contrast else share


def _light_paper(small: np.ndarray, wide: np.ndarray) -> np.ndarray:
    """Find the paper's level around dark strokes in a small picture; `wide` is its median in wide surroundings."""
    side = max(small.shape)
    around = _odd(MAX_STROKE_SHARE * side)
    difference = cv2.subtract(wide, small)
    dark = (difference >= _least_contrast(wide, small)).view(np.uint8)
    # What is thicker than a stroke is a shadow, or a thing in the picture.
    thick = cv2.morphologyEx(dark, cv2.MORPH_OPEN, _disc(around))
    # Strokes around what is thick are told by their near surroundings.
    strokes = cv2.dilate(dark, np.ones((3, 3), np.uint8)) > cv2.dilate(thick, np.ones((around, around), np.uint8))
    without_strokes = np.where(strokes, wide, small)
    lightest = cv2.dilate(without_strokes, np.ones((3, 3), np.uint8))  # without thin strokes too
    closed = cv2.morphologyEx(without_strokes, cv2.MORPH_CLOSE, _disc(_odd(FINE_SHARE * side)))
    paper: np.ndarray = cv2.min(_median_around(lightest, LOCAL_SHARE), cv2.blur(closed, (3, 3)))
    return paper


def _amount_of_strokes(small: np.ndarray, papers: Sequence[np.ndarray]) -> int:
    """Sum by how much dark strokes in a small picture are darker than the paper, by each of its `papers`.

    Closing takes away only what is no thicker than a stroke: neither a table nor its corner beside a page.
    """
    strokes = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, _disc(_odd(MAX_STROKE_SHARE * max(small.shape))))
    amounts = [cv2.min(cv2.subtract(paper, small), strokes) for paper in papers]
    return sum(
        int(amount[amount >= _least_contrast(paper, small)].sum())
        for amount, paper in zip(amounts, papers, strict=True)
    )


def _least_contrast(paper: np.ndarray, small: np.ndarray) -> float:
    """Return by how much something has to differ from the paper in a small picture, to be more than grain."""
    return max(MIN_CONTRAST, MIN_CONTRAST_SIGMAS * SIGMA * float(np.median(cv2.absdiff(paper, small))))


def _median_around(picture: np.ndarray, share: float) -> np.ndarray:
    """Return the median of each pixel's surroundings, a square of this share of the longer side."""
    side = min(255, _odd(share * max(picture.shape)))
    if min(picture.shape) >= 2 * side:
        return cv2.medianBlur(picture, side)
    # Beyond the rim OpenCV repeats it, and of a narrow picture that would be most of what is around a pixel.
    margin = side // 2
    wider = cv2.copyMakeBorder(picture, margin, margin, margin, margin, cv2.BORDER_REFLECT)
    return cv2.medianBlur(wider, side)[margin:-margin, margin:-margin]


def _odd(length: float) -> int:
    return max(3, int(length) | 1)


def _disc(width: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))


def _contrast(counts: np.ndarray) -> int:
    """Return the strongest level in a histogram, leaving out one stray pixel in two thousand."""
    n = int(counts.sum())
    return _level_of(n - 1 - n // 2000, counts)


def _histogram(picture: np.ndarray) -> np.ndarray:
    """Count the pixels of each of the 256 levels."""
    return cv2.calcHist([picture], [0], None, [256], [0, 256]).ravel().astype(int)


def _median(counts: np.ndarray) -> float:
    n = counts.sum()
    return (_level_of((n - 1) // 2, counts) + _level_of(n // 2, counts)) / 2


def _level_of(k: int, counts: np.ndarray) -> int:
    """Return the level of the k-th darkest pixel, counted from 0."""
    return int(np.searchsorted(np.cumsum(counts), k, side="right"))


def is_one_sign(ink: np.ndarray) -> bool:
    """Say whether most of the ink is one patch, such as a large digit.

    What touches the rim does not count: in the photograph of a page it is mostly something that lies beside it.
    """
    boxes = cv2.connectedComponentsWithStats((ink >= INK_LEVEL).view(np.uint8))[2][1:]
    areas = boxes[~_at_rim(boxes, ink.shape), cv2.CC_STAT_AREA]
    return bool(2 * areas.max(initial=0) > areas.sum())


def _at_rim(boxes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Say which patches touch the rim of a picture of that shape, bool (n,), by OpenCV's statistics of them."""
    corners = boxes[:, [cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP]]
    ends = corners + boxes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    touching: np.ndarray = (corners == 0).any(axis=1) | (ends == shape[::-1]).any(axis=1)
    return touching


def keep_signs(ink: np.ndarray) -> np.ndarray:
    """Leave nothing but signs in the ink of a page, and give pencil the strength of print.

    What is much larger than most signs is a shadow, the edge of the page, or a thing that lies beside it; so is what
    touches the picture's rim and is not as large as they are. A faint sign is raised for itself, and the shadow around
    it goes.

    Parameters
    ----------
    ink : ndarray of uint8, shape (height, width)
        The ink image: paper 0, ink up to 255.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        The ink image of the signs; `ink` itself if there are fewer than `MIN_SIGNS` of them.
    """
    count, patches, boxes, _ = cv2.connectedComponentsWithStats((ink >= INK_LEVEL).view(np.uint8))
    places = np.flatnonzero(patches)
    patch, level = patches.ravel()[places], ink.ravel()[places].astype(np.float32)
    sums, squares = np.bincount(patch, level, count), np.bincount(patch, level * level, count)
    usual = squares / np.maximum(sums, 1)  # the level of most of its ink: each pixel counts by its ink
    sizes = boxes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    signs = (sizes >= MIN_SIGN_SHARE * max(ink.shape)) & (usual >= MIN_SIGN_LEVEL)
    signs[0] = False  # the paper
    if signs.sum() < MIN_SIGNS:
        return ink
    # The median by ink, since specks may be many.
    order = np.flatnonzero(signs & (sizes <= MAX_SIGN_SHARE * max(ink.shape)))
    order = order[np.argsort(sizes[order])]
    amounts = np.cumsum(sums[order])
    usual_size = sizes[order[np.searchsorted(amounts, amounts[-1] / 2)]] if len(order) else np.nan
    too_large = sizes > MAX_SIGN_SIZES * usual_size
    faint = (usual < FAINT_LEVEL) & signs
    levels = np.where(faint[patch], (level / usual[patch] - HAZE_SHARE) * (255 / (1 - HAZE_SHARE)), level)
    none = too_large | (usual < MIN_SIGN_LEVEL)
    none |= _at_rim(boxes, ink.shape) & (np.abs(sizes / usual_size - 1) > MAX_OFF_AT_RIM)
    if count > MAX_PATCHES:
        none |= ~signs
    levels[none[patch]] = 0
    result = ink.copy()
    result.reshape(-1)[places] = levels.round().clip(0, 255)
    return result
