"""Corrections as files: what was taken away comes back the same, and a file that is bad is refused whole."""

import csv
import io
import zipfile

import numpy as np
import pytest

from model.corrections import files
from model.corrections.store import Correction
from model.litert import NO_DIGIT
from tests.conftest import encode
from tests.drawings import draw
from tests.model.corrections.test_store import drawn
from utils.image import MAX_SIDE_PX

CORRECTIONS = [drawn(7, read_as=1), drawn(1), drawn(4, label=9), drawn(8, label=NO_DIGIT)]


def packed(write=files.write_zip) -> bytes:
    file = io.BytesIO()
    write(iter(CORRECTIONS), file)
    return file.getvalue()


def a_zip(labels: str | None = "file,label\na.png,7\n", **pictures: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pictures.items():
            archive.writestr(name, content)
        if labels is not None:
            archive.writestr("labels.csv", labels)
    return file.getvalue()


SEVEN = encode(255 - draw(7))


def as_told(correction: Correction) -> tuple:
    return (*vars(correction).values(),)[2:], correction.drawing_sha256


def test_a_zip_comes_back_as_it_was():
    told = []
    back, problems = files.read_file(packed(), told.append)
    assert problems == []
    assert [*map(as_told, back)] == [*map(as_told, CORRECTIONS)]
    assert [correction.picture for correction in back] == [correction.picture for correction in CORRECTIONS]
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_a_zip_has_pictures_and_a_table_for_people():
    with zipfile.ZipFile(io.BytesIO(packed())) as archive:
        assert archive.namelist() == ["000001.png", "000002.png", "000003.png", "000004.png", "labels.csv"]
        rows = [*csv.DictReader(io.TextIOWrapper(archive.open("labels.csv")))]
    assert [(row["file"], row["label"], row["predicted"]) for row in rows[:2]] == [
        ("000001.png", "7", "1"),
        ("000002.png", "1", "1"),
    ]


def test_an_npz_is_like_mnists_and_comes_back():
    content = packed(files.write_npz)
    with np.load(io.BytesIO(content)) as arrays:
        assert (arrays["x"].shape, arrays["x"].dtype) == ((4, 28, 28), np.uint8)
        assert arrays["y"].tolist() == [7, 1, 9, NO_DIGIT]
    back, problems = files.read_file(content)
    assert problems == []
    assert [(c.label, c.drawing_sha256) for c in back] == [(c.label, c.drawing_sha256) for c in CORRECTIONS]


def test_none_are_a_file_too():
    for write in (files.write_zip, files.write_npz):
        file = io.BytesIO()
        write([], file)
        assert files.read_file(file.getvalue()) == ([], [])


def test_each_bad_picture_is_listed_with_its_reason():
    rows = [
        "file,label",
        "good.png,7",
        "none.png,1",
        "words.png,1",
        "white.png,0",
        "good.png,12",
        "good.png,x",
        "big.png,1",
    ]
    white, big = np.full((50, 50), 255, np.uint8), np.zeros((1, MAX_SIDE_PX + 1), np.uint8)
    pictures = {"good.png": SEVEN, "words.png": b"words", "white.png": encode(white), "big.png": encode(big)}
    back, problems = files.read_file(a_zip("\n".join(rows), **pictures, **{"more.png": SEVEN}))
    assert [correction.label for correction in back] == [7]
    assert problems == [
        "none.png: it is not in the zip",
        "words.png: it is not a PNG",
        "white.png: Nothing stands out from the paper.",
        "good.png: expected a label from 0 to 9, or 10 for what is not a digit; got '12'",
        "good.png: expected a label from 0 to 9, or 10 for what is not a digit; got 'x'",
        "big.png: it has 1,601 × 1 pixels; at most 1,600 a side are read",
        "more.png: labels.csv does not list it",
    ]


@pytest.mark.parametrize("name", ["../seven.png", "/etc/seven.png", "a/../../seven.png", "..\\seven.png"])
def test_a_name_that_leads_out_of_the_zip_is_refused(name):
    assert files.read_file(a_zip(f"file,label\n{name},7\n", **{name: SEVEN})) == (
        [],
        [f"{name}: the name leads out of the zip"],
    )


def test_sql_in_a_files_name_is_a_name():
    name = "'); DROP TABLE corrections; --.png"
    (seven,), problems = files.read_file(a_zip(f'file,label\n"{name}",7\n', **{name: SEVEN}))
    assert (seven.label, problems) == (7, [])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"no zip", "neither a zip nor an .npz", id="no-zip"),
        pytest.param(packed()[:-30], "neither a zip nor an .npz", id="cut-off"),
        pytest.param(a_zip(None, **{"a.png": SEVEN}), "of another kind", id="no-labels"),
        pytest.param(a_zip("name,digit\na.png,7\n"), "does not name the columns file and label", id="columns"),
        pytest.param(a_zip("file,label\n\xff,7\n".encode("latin-1")), "labels.csv cannot be read", id="not-utf-8"),
    ],
)
def test_a_file_of_another_kind_is_said(content, sentence):
    with pytest.raises(ValueError, match=sentence):
        files.read_file(content)


def test_a_damaged_picture_is_listed():
    content = bytearray(packed())
    content[60] ^= 255  # in the first picture
    back, problems = files.read_file(bytes(content))
    assert len(back) == 3
    assert problems == ["000001.png: it cannot be read (Bad CRC-32 for file '000001.png')"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    content = a_zip(**{f"{number}.png": bytes(2**22) for number in range(3)})
    assert len(content) < 2**16
    monkeypatch.setattr(files, "MAX_UNPACKED_BYTES", 8 * 2**20)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(ValueError, match="Unpacked, the file would have 12 MB; at most 8 MB"):
        files.read_file(content)


def test_a_picture_that_is_a_bomb_is_listed():
    content = a_zip(**{"a.png": encode(np.zeros((3000, 3000), np.uint8))})
    assert files.read_file(content) == ([], ["a.png: it has 3,000 × 3,000 pixels; at most 1,600 a side are read"])


def test_a_million_entries_are_refused_before_the_list_of_them_is_read(monkeypatch):
    entry = b"PK\x01\x02" + bytes(42)
    count, size = 10**6, 46 * 10**6
    end = b"PK\x05\x06" + bytes(4) + 2 * (count % 2**16).to_bytes(2, "little") + size.to_bytes(4, "little") + bytes(6)
    monkeypatch.setattr(files, "ZipFile", lambda *_: pytest.fail("the list was read"))
    with pytest.raises(ValueError, match="too many entries: at most 200,000"):
        files.read_file(entry * count + end)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"x": np.zeros((2, 28, 28)), "y": np.zeros(2, int)}, "The file has x (2, 28, 28) float64 and y (2,)"),
        ({"x": np.zeros((2, 32, 32), np.uint8), "y": np.zeros(2, int)}, "The file has x (2, 32, 32) uint8"),
        ({"x": np.zeros((2, 28, 28), np.uint8), "y": np.zeros(3, int)}, "and y (3,)"),
        ({"x": np.zeros((2, 28, 28), np.uint8)}, "of another kind"),
        ({"x": np.array([{}]), "y": np.zeros(1, int)}, "Object arrays cannot be loaded"),
    ],
)
def test_an_npz_of_another_kind_is_said(arrays, sentence):
    file = io.BytesIO()
    np.savez(file, **arrays)
    with pytest.raises(ValueError) as error:
        files.read_file(file.getvalue())
    assert sentence in str(error.value)


def test_an_npz_that_claims_to_be_huge_is_refused():
    file = io.BytesIO()
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (10**11, 28, 28)})
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x.npy", header.getvalue())
        archive.writestr("y.npy", header.getvalue())
    with pytest.raises(ValueError, match="of another kind, or damaged"):
        files.read_file(file.getvalue())


def test_bad_images_of_an_npz_are_listed():
    seven = drawn(7).image
    file = io.BytesIO()
    np.savez(file, x=np.stack([seven, np.zeros_like(seven), 255 - seven, seven]), y=np.array([7, 7, 7, 11]))
    back, problems = files.read_file(file.getvalue())
    assert len(back) == 1
    assert [problem.partition(":")[0] for problem in problems] == ["Image 1", "Image 2", "Image 3"]
