import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image, ImageFile

from app_pages.parts import shared as resources
from tests.conftest import encode
from tests.drawings import draw


def test_picture_is_decoded_once_for_its_ink_and_its_thumbnail(monkeypatch):
    decoded = []
    load = ImageFile.ImageFile.load
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: (decoded.append(bool(self.tile)), load(self))[1])
    content = encode(255 - draw(3, brush_px=11))  # no other test has it
    for _ in range(3):
        ink, thumbnail = resources.decode_picture(content)
    assert sum(decoded) == 1
    assert ink.shape == (280, 280)
    assert isinstance(thumbnail, Image.Image)


def test_what_cannot_be_decoded_is_not_tried_again(monkeypatch):
    tried = []

    def fail(content, size_px):
        tried.append(content)
        raise ValueError("The picture is damaged.")

    monkeypatch.setattr(resources, "load_with_thumbnail", fail)
    for _ in range(3):
        with pytest.raises(ValueError, match="The picture is damaged"):
            resources.decode_picture(b"damaged")
    assert tried == [b"damaged"]


def test_pictures_are_decoded_one_at_a_time(monkeypatch):
    two = threading.Barrier(2, timeout=0.5)

    def decode(content, size_px):
        two.wait()
        return "two at once"

    monkeypatch.setattr(resources, "load_with_thumbnail", decode)
    with ThreadPoolExecutor(3) as threads:
        decoded = [threads.submit(resources.decode_picture, bytes([n])) for n in range(3)]
    for future in decoded:
        with pytest.raises(threading.BrokenBarrierError):  # nobody came
            future.result()
