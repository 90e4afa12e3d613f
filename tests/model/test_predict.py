import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from model.numbers.locate import get_locator
from model.predict import main
from tests.conftest import ROOT
from tests.drawings import draw, write_numbers


@pytest.fixture
def pictures(tmp_path):
    for digit in (3, 7):
        cv2.imwrite(str(tmp_path / f"{digit}.png"), 255 - draw(digit))
    cv2.imwrite(str(tmp_path / "blank.png"), np.full((50, 50), 255, np.uint8))
    (tmp_path / "words.png").write_text("no picture")
    return tmp_path


def lines(capsys) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_json_line_for_each_file(pictures, capsys):
    names = [str(pictures / name) for name in ("3.png", "blank.png", "7.png")]
    assert main(names) == 0
    three, blank, seven = lines(capsys)
    assert [line["path"] for line in (three, blank, seven)] == names
    assert (three["label"], seven["label"]) == (3, 7)
    assert three["confidence"] == max(three["probabilities"])
    assert sum(three["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert three["blank"] is False
    assert (three["is_digit"], seven["is_digit"]) == (True, True)
    assert blank == {
        **{"path": names[1], "label": None, "confidence": None, "probabilities": None, "is_digit": False, "blank": True}
    }


def test_it_reads_with_the_network_in_use(strict_in_use, pictures, capsys):
    assert main([str(pictures / "7.png")]) == 0
    (seven,) = lines(capsys)
    assert (seven["label"], seven["is_digit"]) == (7, False)


def test_without_what_finds_a_numbers_digits_it_says_so(pictures, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("model.numbers.locate.LOCATOR", tmp_path / "nowhere")
    get_locator.cache_clear()
    assert main([str(pictures / "7.png")]) == 0
    assert main(["--number", str(pictures / "7.png")]) == 1
    assert f"{tmp_path / 'nowhere' / 'model.tflite'} cannot be read" in capsys.readouterr().err


def test_the_others_go_on_after_a_bad_file(pictures, capsys):
    assert main([str(pictures / name) for name in ("words.png", "nowhere.png", "7.png")]) == 1
    words, nowhere, seven = lines(capsys)
    assert set(words) == set(nowhere) == {"path", "error"}
    assert "not a picture" in words["error"]
    assert "No such file" in nowhere["error"]
    assert seven["label"] == 7


def test_table_is_for_people(pictures, capsys):
    cv2.imwrite(str(pictures / "x.png"), cv2.putText(np.zeros((90, 90), np.uint8), "X", (5, 80), 0, 3, 255, 6))
    names = ("3.png", "x.png", "blank.png", "words.png")
    assert main(["--table", *(str(pictures / name) for name in names)]) == 1
    three, letter, blank, words = capsys.readouterr().out.splitlines()
    assert "no digit" in letter
    assert three.split()[0] == "3"
    assert "blank" in blank
    assert "not a picture" in words


@pytest.fixture
def sheet(tmp_path) -> str:
    """Two lines of numbers, and a cross behind the second."""
    ink = write_numbers("2026", "31")
    cv2.polylines(ink, [np.array([[210, 230], [290, 310]]), np.array([[290, 230], [210, 310]])], False, 255, 7)
    cv2.imwrite(str(tmp_path / "sheet.png"), 255 - ink)
    return str(tmp_path / "sheet.png")


def test_numbers_are_a_line_of_json_with_a_box_for_each_digit(sheet, pictures, capsys):
    assert main(["--number", sheet, str(pictures / "7.png"), str(pictures / "blank.png")]) == 0
    numbers, seven, blank = lines(capsys)
    assert (numbers["path"], numbers["text"], numbers["lines"]) == (sheet, "2026\n31", ["2026", "31"])
    assert [digit["label"] for digit in numbers["digits"] if digit["is_digit"]] == [2, 0, 2, 6, 3, 1]
    assert [digit["line"] for digit in numbers["digits"]] == [0, 0, 0, 0, 1, 1, 1]
    *_, one, cross = numbers["digits"]
    assert cross["is_digit"] is False
    x, y, width, height = one["box"]
    assert 110 < x < x + width < 150 and 210 < y < y + height < 330
    assert one["confidence"] == max(one["probabilities"])
    assert seven["text"] == "7"
    assert (blank["text"], blank["lines"], blank["digits"]) == ("", [], [])


def test_table_of_numbers_is_for_people(sheet, pictures, capsys):
    assert main(["--number", "--table", sheet, str(pictures / "blank.png"), str(pictures / "words.png")]) == 1
    numbers, blank, words = capsys.readouterr().out.splitlines()
    assert numbers.split()[:2] == ["2026", "31"]
    assert "no digits" in blank
    assert "not a picture" in words


def test_dash_reads_names_from_standard_input(pictures):
    (pictures / "3.png").rename(pictures / "the 3 — “drei”.png")
    names = [str(pictures / "the 3 — “drei”.png"), str(pictures / "7.png")]
    done = subprocess.run(
        [sys.executable, "-m", "model.predict", "-"], cwd=ROOT, input="\n".join(names), capture_output=True, text=True
    )
    assert done.returncode == 0
    assert [(line["path"], line["label"]) for line in map(json.loads, done.stdout.splitlines())] == [
        (names[0], 3),
        (names[1], 7),
    ]


def predict(*arguments: str, stdout: int = subprocess.PIPE, **options) -> subprocess.CompletedProcess:
    """Run the command; its errors go without LiteRT's word that it is there."""
    command = [sys.executable, "-m", "model.predict", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=stdout, stderr=subprocess.PIPE, timeout=60, **options)
    done.stderr = b"".join(line for line in done.stderr.splitlines(True) if not line.startswith(b"INFO: "))
    return done


def test_what_never_ends_is_no_picture(pictures, capsys):
    os.mkfifo(pictures / "pipe.png")
    assert main([str(pictures / "pipe.png"), "/dev/zero", str(pictures / "7.png")]) == 1
    pipe, device, seven = lines(capsys)
    assert pipe["error"] == device["error"] == "The file cannot be read: it is a pipe or a device, not a file."
    assert seven["label"] == 7


def test_names_of_any_bytes_on_standard_input(pictures):
    odd = os.fsencode(pictures) + b"/\xff.png"
    (pictures / "3.png").rename(os.fsdecode(odd))
    done = predict("-", input=odd + b"\r\n\r\n" + os.fsencode(pictures / "7.png") + b"\r\nno\x00where.png")
    assert done.returncode == 1
    assert not done.stderr
    three, seven, nul = map(json.loads, done.stdout.splitlines())
    assert (os.fsencode(three["path"]), three["label"], seven["label"]) == (odd, 3, 7)
    assert nul["error"] == "The file cannot be read: a NUL character is in its name."


def test_a_terminal_without_these_letters_shows_their_codes(pictures):
    (pictures / "3.png").rename(pictures / "drei–\U0001f600.png")
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = predict("--table", *map(str, sorted(pictures.glob("*.png"))), env=environment)
    assert not done.stderr
    assert b"drei\\u2013\\U0001f600.png" in done.stdout
    assert len(done.stdout.splitlines()) == 4


def test_when_nobody_reads_on_it_ends_without_a_word(pictures):
    reading, writing = os.pipe()
    os.close(reading)
    done = predict(str(pictures / "7.png"), stdout=writing)
    os.close(writing)
    assert done.returncode == -signal.SIGPIPE
    assert not done.stderr


def test_a_full_disk_behind_standard_output_is_a_sentence(pictures):
    with Path("/dev/full").open("wb") as full:
        done = predict(str(pictures / "7.png"), stdout=full)
    assert done.returncode == 1
    assert done.stderr == b"The results cannot be written: No space left on device.\n"


@pytest.mark.slow
def test_two_thousand_pictures_are_read_in_one_process(tmp_path):
    for number in range(2000):
        cv2.imwrite(str(tmp_path / f"{number:04}.png"), cv2.resize(draw(number % 10), (28, 28)))
    names = "\n".join(str(path) for path in sorted(tmp_path.iterdir()))
    done = subprocess.run(
        [sys.executable, "-m", "model.predict", "-"], cwd=ROOT, input=names, capture_output=True, text=True, check=True
    )
    assert len(done.stdout.splitlines()) == 2000
