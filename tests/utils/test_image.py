import io
import warnings

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.conftest import encode
from tests.drawings import draw
from tests.make_pictures import FOLDER as PICTURES_FOLDER
from utils.image import (
    MAX_FILE_BYTES,
    MAX_SIDE_PX,
    decode_grey,
    find_ink,
    ink_from_canvas,
    load_image,
    load_with_thumbnail,
)
from utils.preprocess import STRONG_INK_LEVEL

INK = draw(5)
ON_PAPER = 255 - INK


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def difference(ink: np.ndarray, expected: np.ndarray = INK) -> float:
    assert ink.dtype == np.uint8
    assert ink.shape == expected.shape
    return float(np.abs(ink.astype(int) - expected).mean())


GREY = Image.fromarray(ON_PAPER)
SIXTEEN_BIT = Image.fromarray(ON_PAPER.astype(np.uint16) * 257)
BLUE_ON_CREAM = Image.composite(
    Image.new("RGB", GREY.size, (30, 40, 140)), Image.new("RGB", GREY.size, (250, 245, 220)), Image.fromarray(INK)
)
BLACK_ON_TRANSPARENT = Image.merge("RGBA", [*[Image.new("L", GREY.size, 0)] * 3, Image.fromarray(INK)])
WHITE_ON_TRANSPARENT = Image.merge("RGBA", [*[Image.new("L", GREY.size, 255)] * 3, Image.fromarray(INK)])
CARD_ON_TRANSPARENT = Image.merge("LA", [GREY, Image.fromarray(np.pad(np.full((260, 260), 255, np.uint8), 10))])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(saved(GREY, "PNG"), id="grey PNG"),
        pytest.param(saved(GREY.convert("RGB"), "PNG"), id="RGB PNG"),
        pytest.param(saved(GREY.convert("P"), "PNG"), id="palette PNG"),
        pytest.param(saved(SIXTEEN_BIT, "PNG"), id="16-bit PNG"),
        pytest.param(saved(BLACK_ON_TRANSPARENT, "PNG"), id="black on transparent"),
        pytest.param(saved(WHITE_ON_TRANSPARENT, "PNG"), id="white on transparent"),
        pytest.param(saved(CARD_ON_TRANSPARENT, "PNG"), id="paper with a transparent border"),
        pytest.param(saved(BLUE_ON_CREAM, "PNG"), id="blue on cream"),
        pytest.param(saved(GREY, "JPEG", quality=90), id="JPEG"),
        pytest.param(saved(GREY.convert("CMYK"), "JPEG", quality=90), id="CMYK JPEG"),
        pytest.param(saved(GREY, "WEBP"), id="WebP"),
        pytest.param(saved(GREY, "BMP"), id="BMP"),
        pytest.param(saved(GREY, "GIF"), id="GIF"),
        pytest.param(saved(GREY, "GIF", save_all=True, append_images=[GREY.rotate(90)]), id="animated GIF"),
        pytest.param(saved(Image.fromarray(INK), "PNG"), id="light on dark"),
    ],
)
def test_every_format_and_polarity_gives_the_same_ink(content):
    assert difference(load_image(content)) < 2


def test_exif_orientation_is_obeyed():
    turned = GREY.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn by 90° clockwise to show"
    assert difference(load_image(saved(turned, "JPEG", quality=95, exif=exif))) < 2


def test_mnist_style_picture_comes_back_as_it_is():
    small = cv2.resize(INK, (28, 28), interpolation=cv2.INTER_AREA)
    small = (small * (255 / small.max())).astype(np.uint8)
    assert np.array_equal(load_image(encode(small)), small)


@given(st.integers(0, 9), st.integers(60, 255), st.integers(0, 9999))
def test_inverting_the_picture_changes_nothing(digit, contrast, seed):
    grey = (255 - draw(digit) * (contrast / 255)).astype(np.uint8)
    assert np.array_equal(find_ink(grey), find_ink(255 - grey))


def ink_by_the_book(grey: np.ndarray) -> np.ndarray:
    """What `find_ink` computes, asked of every pixel in floating point, as it is told in words."""
    rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:-1, -1]]).astype(float)
    paper = np.median(rim)
    if np.mean(np.abs(rim - paper) <= 4) < 0.7:
        height, width = grey.shape
        scale = min(1.0, 256 / max(grey.shape))
        small = cv2.resize(grey, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        paper = cv2.resize(cv2.medianBlur(small, max(small.shape) // 3 | 1), (width, height)).astype(float)
    difference = grey - paper
    grain = 1.4826 * np.median(np.abs(difference))
    if np.maximum(-difference - 3 * grain, 0).sum() > np.maximum(difference - 3 * grain, 0).sum():
        difference = -difference
    contrast = np.sort(difference, axis=None)[grey.size - 1 - grey.size // 2000]
    if contrast < max(12, 6 * grain):
        return np.zeros(grey.shape, np.uint8)
    return ((difference - 3 * grain) * 255 / (contrast - 3 * grain)).round().clip(0, 255).astype(np.uint8)


RNG = np.random.default_rng(0)
FADED = 200 - cv2.GaussianBlur(INK, (0, 0), 3) * 0.2


@pytest.mark.parametrize(
    "grey",
    [
        *(pytest.param(decode_grey(path.read_bytes()), id=path.stem) for path in sorted(PICTURES_FOLDER.iterdir())),
        pytest.param(RNG.integers(0, 256, (200, 201), np.uint8), id="noise"),
        pytest.param(RNG.normal(128, 30, (200, 201)).clip(0, 255).astype(np.uint8), id="grain"),
        pytest.param((FADED + RNG.normal(0, 2, FADED.shape)).astype(np.uint8), id="faded ink on grained paper"),
        pytest.param((FADED - np.arange(280) / 4).astype(np.uint8), id="faded ink in a shadow"),
    ],
)
def test_ink_is_that_of_medians_over_all_pixels(grey):
    assert np.abs(find_ink(grey).astype(int) - ink_by_the_book(grey)).max() <= 1


@pytest.mark.parametrize("light_on_dark", [False, True])
def test_shadow_and_grain_go_and_grey_edges_stay(light_on_dark):
    rng = np.random.default_rng(0)
    blurred = cv2.GaussianBlur(INK.astype(float), (0, 0), 2)
    y, x = np.mgrid[:280, :280] / 280
    light = 0.6 + 0.4 * (1 - x) * (1 - y) - 0.15 * (x + y > 1.5)
    tone = 60 + 160 * blurred / 255 if light_on_dark else 220 - 160 * blurred / 255
    photo = (tone * light + rng.normal(0, 3, (280, 280))).clip(0, 255).astype(np.uint8)
    ink = find_ink(photo)
    far_from_ink = cv2.dilate(blurred, np.ones((15, 15), np.uint8)) == 0
    near_the_shadow = np.abs(x + y - 1.5) < 0.1
    assert np.mean(ink[far_from_ink & ~near_the_shadow] > 16) < 0.01
    assert np.corrcoef(ink.ravel(), blurred.ravel())[0, 1] > 0.97
    assert ((ink > 40) & (ink < 215)).mean() > 0.01


@pytest.mark.parametrize(
    "grey",
    [
        pytest.param(np.full((50, 50), 255, np.uint8), id="white"),
        pytest.param(np.zeros((50, 50), np.uint8), id="black"),
        pytest.param(np.full((50, 50), 130, np.uint8), id="grey"),
        pytest.param(np.full((1, 1), 7, np.uint8), id="1×1"),
        pytest.param(np.random.default_rng(0).integers(0, 256, (200, 200), np.uint8), id="uniform noise"),
        pytest.param(np.random.default_rng(0).normal(128, 30, (200, 200)).clip(0, 255).astype(np.uint8), id="grain"),
        pytest.param(np.linspace(100, 200, 200 * 200).reshape(200, 200).astype(np.uint8), id="gradient"),
    ],
)
def test_paper_without_ink_gives_none(grey):
    assert not find_ink(grey).any()


def test_transparent_picture_gives_no_ink():
    assert not load_image(saved(Image.new("RGBA", (40, 40), (0, 0, 0, 0)), "PNG")).any()


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1), (3, 3), (2, 2000)])
def test_odd_shapes_are_decoded(shape):
    grey = np.full(shape, 255, np.uint8)
    grey.flat[grey.size // 2 :] = 0
    assert max(load_image(encode(grey)).shape) <= MAX_SIDE_PX


@pytest.mark.parametrize(
    "picture",
    [GREY, GREY.convert("RGB"), GREY.convert("P"), SIXTEEN_BIT, BLACK_ON_TRANSPARENT],
    ids=["grey", "colour", "palette", "16 bit", "transparent"],
)
def test_large_picture_of_every_mode_is_read_as_the_small_one(picture):
    large = picture.resize((280 * 11, 280 * 11), Image.Resampling.NEAREST)
    ink = cv2.resize(load_image(saved(large, "PNG", compress_level=1)), (280, 280), interpolation=cv2.INTER_AREA)
    assert difference(ink) < 2


def test_large_photo_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = GREY.resize((2800, 2100)).transpose(Image.Transpose.ROTATE_90)
    for kind in ("JPEG", "PNG", "WEBP"):
        assert decode_grey(saved(turned, kind, exif=exif)).shape == (1200, 1600)


def test_large_photo_is_shrunk():
    photo = cv2.resize(ON_PAPER, (3000, 4000))
    assert decode_grey(encode(photo, ".jpg")).shape == (1600, 1200)


def png_that_claims(width: int, height: int) -> bytes:
    content = bytearray(saved(Image.new("L", (1, 1)), "PNG"))
    content[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    import zlib

    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


JPEG = saved(GREY, "JPEG")


def jpeg_of(width: int = 280, height: int = 280, scans: int = 1, **of_two) -> bytes:
    """A progressive JPEG that claims a size, and whose last scan comes again and again."""
    content = bytearray(saved(GREY, "MPO" if of_two else "JPEG", progressive=True, **of_two))
    frame = content.index(b"\xff\xc2")
    content[frame + 5 : frame + 9] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    last = content.rindex(b"\xff\xda")
    return bytes(content[:last] + content[last:-2] * (scans + 1 - content.count(b"\xff\xda")) + content[-2:])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", "The file is empty", id="empty"),
        pytest.param(b"these are words", "not a picture in a known format", id="text"),
        pytest.param(saved(GREY, "PNG")[:300], "damaged or cut off", id="truncated PNG"),
        pytest.param(JPEG[: len(JPEG) // 2], "damaged or cut off", id="truncated JPEG"),
        pytest.param(png_that_claims(50_000, 50_000), "at most 40 million", id="50,000×50,000"),
        pytest.param(png_that_claims(10_000, 10_000), "at most 40 million", id="10,000×10,000"),
        pytest.param(png_that_claims(9_000, 9_000), "9,000 × 9,000 pixels", id="9,000×9,000"),
        pytest.param(b"x" * (MAX_FILE_BYTES + 1), "at most 10 MB", id="too many bytes"),
        pytest.param(b'<?xml version="1.0"?><svg/>', "an SVG", id="SVG"),
        pytest.param(b"%PDF-1.7 ...", "a PDF", id="PDF"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC", id="HEIC"),
        pytest.param(jpeg_of(width=13_000, height=13_000), "13,000 × 13,000 pixels", id="JPEG of 169 million pixels"),
        pytest.param(saved(Image.new("L", (4096, 4096)), "WEBP"), "of WEBP at most 13 million", id="large WebP"),
        pytest.param(jpeg_of(scans=101), "101 scans; at most 100", id="JPEG of many scans"),
        pytest.param(
            jpeg_of(scans=101, save_all=True, append_images=[GREY]), "101 scans; at most 100", id="JPEG of two pictures"
        ),
        pytest.param(b"\x93NUMPY\x01\0...", "a NumPy array", id="npy"),
        pytest.param(saved(GREY, "TIFF"), "a TIFF picture. PNG, JPEG, WebP, BMP or GIF", id="TIFF"),
    ],
)
def test_bad_files_are_refused_with_a_sentence(content, sentence):
    with pytest.raises(ValueError, match=r"\.$") as error:
        load_image(content)
    assert sentence in str(error.value)


def test_size_is_checked_without_a_word_to_the_terminal():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for content in (png_that_claims(10_000, 10_000), jpeg_of(width=13_000, height=13_000)):
            with pytest.raises(ValueError, match="at most 40 million"):
                load_image(content)
    assert not caught


def test_thumbnail_is_upright_small_and_in_colour():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = BLUE_ON_CREAM.resize((2000, 1500)).transpose(Image.Transpose.ROTATE_90)
    thumbnail = load_with_thumbnail(saved(turned, "JPEG", exif=exif), 200)[1]
    assert thumbnail.size == (200, 150)
    assert np.ptp(thumbnail.getpixel((0, 0))) > 20
    deep = load_with_thumbnail(saved(SIXTEEN_BIT, "PNG"), 280)[1]
    assert np.array_equal(np.asarray(deep), ON_PAPER)


PICTURES = [
    *(saved(GREY, kind) for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF")),
    *(saved(picture, "PNG") for picture in (SIXTEEN_BIT, BLACK_ON_TRANSPARENT, GREY.convert("P"))),
]


@given(
    st.sampled_from(PICTURES),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=8),
    st.floats(0, 1),
)
@settings(max_examples=300)
def test_damaged_files_are_read_or_refused_and_never_crash(content, changes, length):
    damaged = bytearray(content)
    for place, value in changes:
        # Most of what can go wrong is in the header.
        damaged[int(place**3 * len(damaged))] = value
    damaged = bytes(damaged[: round(length**0.1 * len(damaged))])
    try:
        ink = load_image(damaged)
    except ValueError as error:
        assert str(error).endswith(".")
    else:
        assert ink.dtype == np.uint8


def test_huge_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "huge.png"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)  # sparse: no disk is used
    with pytest.raises(ValueError, match="200 MB"):
        load_image(path)


@pytest.mark.parametrize("name", ["with space.png", "quo\"te's.png", "📷 five.png", "a/../five.png", "-5.png"])
def test_any_file_name_goes(tmp_path, name):
    (tmp_path / "a").mkdir()
    (tmp_path / name).write_bytes(encode(ON_PAPER))
    assert difference(load_image(tmp_path / name)) == 0


def test_missing_file_is_said():
    with pytest.raises(ValueError, match="No such file"):
        load_image("nowhere.png")


def test_canvas_gives_its_ink_exactly():
    canvas = cv2.cvtColor(ON_PAPER, cv2.COLOR_GRAY2BGRA)
    canvas[..., 3] = 255
    assert np.array_equal(ink_from_canvas(encode(canvas)), INK)


def test_canvas_filled_with_ink_is_ink():
    assert (ink_from_canvas(encode(np.zeros((280, 280), np.uint8))) == 255).all()


def test_texture_all_over_and_squares_alone_are_no_digits():
    noise = np.random.default_rng(0).integers(0, 256, (300, 400), np.uint8)
    texture = cv2.resize(noise, (1600, 1200), interpolation=cv2.INTER_NEAREST)
    squares = np.full((1200, 1600), 255, np.uint8)
    squares[::40] = squares[:, ::40] = 90
    for picture in (texture, squares):
        assert not (load_image(encode(picture)) >= STRONG_INK_LEVEL).any()


def test_thousands_of_specks_go_and_the_digits_among_them_stay():
    rng = np.random.default_rng(0)
    wanted = np.zeros((1600, 1200), np.uint8)
    for number in range(8):
        wanted = np.maximum(wanted, np.pad(draw(number, 150, 8), ((200, 1250), (130 * number, 1050 - 130 * number))))
    specks = np.zeros_like(wanted)
    for x, y in rng.integers(0, (1200, 1600), (5000, 2)):
        cv2.circle(specks, (int(x), int(y)), 2, 255, -1)
    around = cv2.dilate(wanted, np.ones((25, 25), np.uint8)) > 0
    ink = load_image(encode(255 - np.maximum(wanted, np.where(around, 0, specks))))
    assert (ink[~around] >= STRONG_INK_LEVEL).mean() < 0.05 * (specks[~around] > 0).mean()  # some hang together
    assert (ink[wanted > 200] > 100).mean() > 0.98


def test_long_strip_is_decoded():
    strip = np.full((20, 20_000), 255, np.uint8)
    cv2.putText(strip, "12345", (100, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0)
    assert max(load_image(encode(strip)).shape) <= MAX_SIDE_PX


def test_photographed_page_lying_on_its_side_gives_the_same_ink_lying():
    page = cv2.resize(np.hstack([draw(number, 200, 10) for number in (2, 0, 2, 6)]), (1200, 300))
    page = 230 - np.pad(page, ((300, 300), (0, 0))) // 2 - np.linspace(0, 60, 1200).astype(np.uint8)
    ink, lying = load_image(encode(page)), load_image(encode(np.rot90(page)))
    assert np.abs(np.rot90(ink).astype(int) - lying).mean() < 2
