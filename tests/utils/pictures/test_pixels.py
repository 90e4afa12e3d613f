import base64

import cv2
import numpy as np

from utils.pictures.pixels import AGAINST_BGR, FOR_BGR, tint, to_data_url


def test_data_url_holds_the_pixels_as_squares():
    picture = np.array([[0, 1], [0.5, 0]], np.float32)
    content = base64.b64decode(to_data_url(picture, 7).removeprefix("data:image/png;base64,"))
    shown = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(shown, np.array([[0, 255], [128, 0]], np.uint8).repeat(4, 0).repeat(4, 1))


def test_ink_is_tinted_by_what_it_speaks_for():
    image = np.array([[1.0, 1.0, 1.0, 0.5, 0.0]])
    evidence = np.array([[4.0, -4.0, 0.0, 2.0, 4.0]])
    tinted = tint(image, evidence)
    assert tinted.dtype == np.uint8
    assert tinted[0].tolist() == [list(FOR_BGR), list(AGAINST_BGR), [255] * 3, [123, 92, 76], [0] * 3]
    assert (tint(image, np.zeros((1, 5)))[0, 0] == 255).all()
