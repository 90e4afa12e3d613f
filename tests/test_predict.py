import json
import subprocess
import sys

import cv2
import numpy as np
import pytest

from model.predict import main
from tests.conftest import ROOT
from tests.drawings import draw


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


def test_two_thousand_pictures_are_read_in_one_process(tmp_path):
    for number in range(2000):
        cv2.imwrite(str(tmp_path / f"{number:04}.png"), cv2.resize(draw(number % 10), (28, 28)))
    names = "\n".join(str(path) for path in sorted(tmp_path.iterdir()))
    done = subprocess.run(
        [sys.executable, "-m", "model.predict", "-"], cwd=ROOT, input=names, capture_output=True, text=True, check=True
    )
    assert len(done.stdout.splitlines()) == 2000
