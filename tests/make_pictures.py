"""Make the page's icon and example pictures: ``python -m tests.make_pictures``. Drawn by us, so free to use."""

from pathlib import Path

import cv2
import numpy as np

from tests.drawings import draw

FOLDER = Path(__file__).parent.parent / "app_pages" / "pictures"


def photograph(ink: np.ndarray, paper: tuple[int, int, int], pen: tuple[int, int, int], seed: int) -> np.ndarray:
    """Make a picture (BGR) like a photo of `ink` on paper: tilted, lit from one side, with grain and a soft focus."""
    rng = np.random.default_rng(seed)
    size = ink.shape[0]
    tilted = cv2.warpAffine(ink, cv2.getRotationMatrix2D((size / 2, size / 2), rng.uniform(-8, 8), 1), (size, size))
    # A pen presses unevenly.
    pressure = cv2.GaussianBlur(rng.uniform(0.3, 1.3, (size, size)), (0, 0), 9).clip(0.55, 1)
    opacity = (cv2.GaussianBlur(tilted, (0, 0), 1.6) / 255 * pressure)[..., np.newaxis]
    picture = np.array(paper) * (1 - opacity) + np.array(pen) * opacity
    y, x = np.mgrid[:size, :size] / size
    light = 0.55 + 0.45 * np.exp(-((x - 0.15) ** 2 + (y - 0.2) ** 2) / 0.6)
    shadow = 1 - 0.3 / (1 + np.exp(-(x + y - 1.55) * 40))
    picture = picture * (light * shadow)[..., np.newaxis] + rng.normal(0, 4, picture.shape)
    return picture.clip(0, 255).astype(np.uint8)


def main() -> None:
    """Write the pictures."""
    FOLDER.mkdir(exist_ok=True)
    five = photograph(draw(5, 640, 22, (210, 150, 190, 300)), (222, 236, 240), (122, 62, 38), seed=5)
    eight = photograph(draw(8, 640, 30, (240, 130, 200, 340)), (52, 60, 44), (225, 235, 232), seed=8)  # chalk
    seven = 255 - draw(7, 320, 5, (190, 40, 70, 100))
    cv2.imwrite(str(FOLDER / "five-on-paper.jpg"), five, [cv2.IMWRITE_JPEG_QUALITY, 85])
    cv2.imwrite(str(FOLDER / "eight-on-a-blackboard.jpg"), eight, [cv2.IMWRITE_JPEG_QUALITY, 85])
    cv2.imwrite(str(FOLDER / "small-thin-seven.png"), seven)
    ink = draw(7, 128, 18, (36, 26, 56, 76))[..., np.newaxis] / 255
    blue = (237, 111, 47)
    cv2.imwrite(str(FOLDER / "icon.png"), (ink * 255 + (1 - ink) * blue).astype(np.uint8))


if __name__ == "__main__":
    main()
