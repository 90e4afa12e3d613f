import numpy as np
import pytest

from model.data.strokes import load_strokes, main
from model.data.unipen import UnipenError, read_characters

PEN = """\
.COORD X Y T
.PEN_DOWN
0 0 1
0 10 2
.PEN_UP
.PEN_DOWN
5 5 3
20 5 4
30 5 5
.PEN_UP
31 6 6
.PEN_DOWN
7 7 7
8 7 8
"""
DATA = """\
.VERSION 1.0
.WRITER_ID ann
.INCLUDE pens/one.inc
.SEGMENT CHARACTER 0-1 ? "4"
.SEGMENT WORD 0-3 ? "ignored"
.SEGMENT CHARACTER 1:1-3:0 OK "7"
.SEGMENT CHARACTER 0,3 ? "\\""
.SEGMENT CHARACTER 2 ? "x"
.SEGMENT CHARACTER 3 ? "ab"
"""


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "data" / "1a" / "lab").mkdir(parents=True)
    (tmp_path / "include" / "pens").mkdir(parents=True)
    (tmp_path / "data" / "1a" / "lab" / "one.dat").write_text(DATA)
    (tmp_path / "include" / "pens" / "one.inc").write_text(PEN)
    return tmp_path


def read(archive, text: str):
    path = archive / "data" / "1a" / "lab" / "broken.dat"
    path.write_text(text)
    return list(read_characters(path, archive))


def test_characters_are_the_pen_down_strokes_with_y_down(archive):
    characters = list(read_characters(archive / "data" / "1a" / "lab" / "one.dat", archive))
    # The pen-up without coordinates has no number: component 1 is the second pen-down, 2 the pen-up, 3 the third.
    assert [(label, writer, [stroke.tolist() for stroke in strokes]) for label, writer, strokes in characters] == [
        ("4", "ann", [[[0, 0], [0, -10]], [[5, -5], [20, -5], [30, -5]]]),
        ("7", "ann", [[[20, -5], [30, -5]], [[7, -7]]]),
        ('"', "ann", [[[0, 0], [0, -10]], [[7, -7], [8, -7]]]),
        ("ab", "ann", [[[7, -7], [8, -7]]]),
    ]


def test_columns_are_where_coord_says(archive):
    text = '.COORD T Y X\n.PEN_DOWN\n9 1 2\n.SEGMENT CHARACTER 0 ? "1"\n'
    assert read(archive, text)[0][2][0].tolist() == [[2, -1]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (".INCLUDE nowhere.inc\n", "broken.dat:1: the included file 'nowhere.inc' is not there"),
        (".INCLUDE broken.dat\n", "broken.dat:1: 'broken.dat' includes itself"),
        (".PEN_DOWN\n1 2\n", "broken.dat:2: coordinates come before a .COORD line"),
        (".COORD X Y\n1 2\n", "broken.dat:2: coordinates come before .PEN_DOWN"),
        (".COORD T P\n", "broken.dat:1: .COORD names no X and Y"),
        (".COORD X Y\n.PEN_DOWN\n1\n", "broken.dat:3: '1' is no line of coordinates"),
        (".COORD X Y\n.PEN_DOWN\n1 b\n", "broken.dat:3: '1 b' is no line of coordinates"),
        ('.COORD X Y\n.PEN_DOWN\n1 2\n.SEGMENT CHARACTER 0-5 ? "1"\n', "broken.dat:4: component 5 is asked for"),
        ('.COORD X Y\n.PEN_DOWN\n1 2\n.SEGMENT CHARACTER 0-- ? "1"\n', "broken.dat:4: '0--' is no delineation"),
    ],
)
def test_broken_files_are_told_with_file_and_line(archive, text, sentence):
    with pytest.raises(UnipenError) as error:
        read(archive, text)
    assert sentence in str(error.value)


def test_archive_becomes_a_file_of_strokes(archive, tmp_path, capsys):
    assert main([str(archive), str(tmp_path / "out.npz")]) == 0
    assert "3 characters by 1 writers" in capsys.readouterr().out
    characters = load_strokes(tmp_path / "out.npz")
    assert characters.labels.tolist() == ["4", "7", '"']  # "ab" is no single character
    assert set(characters.writers) == {"lab/ann"}
    four = characters.strokes[0]
    assert [len(stroke) for stroke in four] == [2, 3]
    together = np.concatenate(four)
    assert together.min() == 0
    assert together.max() == 1000
    assert four[0][0, 1] > four[0][1, 1]  # drawn upwards, so y falls


def test_broken_file_does_not_stop_the_others(archive, tmp_path, capsys):
    (archive / "data" / "1a" / "lab" / "two.dat").write_text(".INCLUDE nowhere.inc\n")
    assert main([str(archive), str(tmp_path / "out.npz")]) == 1
    assert "two.dat:1:" in capsys.readouterr().err
    assert len(load_strokes(tmp_path / "out.npz").labels) == 3


def test_folder_without_characters_is_said(tmp_path, capsys):
    assert main([str(tmp_path), str(tmp_path / "out.npz")]) == 1
    assert "Give the folder into which UNIPEN's archive was unpacked" in capsys.readouterr().err
    assert not (tmp_path / "out.npz").exists()
