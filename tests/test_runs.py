import json

import pytest

from utils.runs import (
    METRICS_FILE,
    STATUS_FILE,
    STEPS_FILE,
    State,
    Status,
    append_metrics,
    keep_metrics,
    read_metrics,
    read_status,
    write_atomically,
    write_status,
)


def test_status_comes_back_as_it_was_written(tmp_path):
    status = Status(State.TRAINING, "Epoch 2 of 5", 1, 5, 30, 210, 81.5, 244.0, 0.3)
    write_status(tmp_path, status)
    assert read_status(tmp_path) == status
    assert read_status(tmp_path).state is State.TRAINING
    assert [path.name for path in tmp_path.iterdir()] == [STATUS_FILE]


@pytest.mark.parametrize(
    "content", [None, "", "{", "[]", "null", '{"state": "training"}', '{"state": "flying"}', "\x00"]
)
def test_status_that_cannot_be_made_out_is_none(tmp_path, content):
    if content is not None:
        (tmp_path / STATUS_FILE).write_text(content)
    assert read_status(tmp_path) is None


def test_status_of_an_earlier_version_is_read(tmp_path):
    write_status(tmp_path, Status(State.DONE, "Trained and judged", 3, 3))
    values = json.loads((tmp_path / STATUS_FILE).read_text())
    del values["share"]
    (tmp_path / STATUS_FILE).write_text(json.dumps(values))
    assert read_status(tmp_path) == Status(State.DONE, "Trained and judged", 3, 3)


def test_unknown_state_is_none(tmp_path):
    write_status(tmp_path, Status(State.DONE, ""))
    path = tmp_path / STATUS_FILE
    path.write_text(path.read_text().replace("done", "flying"))
    assert read_status(tmp_path) is None


def test_half_a_last_line_of_metrics_is_left_out(tmp_path):
    assert read_metrics(tmp_path) == []
    lines = [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}]
    for line in lines:
        append_metrics(tmp_path, line)
    assert read_metrics(tmp_path) == lines
    with (tmp_path / METRICS_FILE).open("ab") as file:
        file.write(b'{"epoch": 3, "lo\xc3')
    assert read_metrics(tmp_path) == lines


def test_only_the_first_metrics_are_kept(tmp_path):
    for epoch in (1, 2, 3):
        append_metrics(tmp_path, {"epoch": epoch - 0.5}, STEPS_FILE)
        append_metrics(tmp_path, {"epoch": epoch}, STEPS_FILE)
        append_metrics(tmp_path, {"epoch": epoch})
    keep_metrics(tmp_path, 2)
    assert read_metrics(tmp_path) == [{"epoch": 1}, {"epoch": 2}]
    assert read_metrics(tmp_path, STEPS_FILE) == [{"epoch": epoch} for epoch in (0.5, 1, 1.5, 2)]
    keep_metrics(tmp_path, 0)
    assert read_metrics(tmp_path) == []


def test_what_fails_in_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "file.json"
    path.write_text(json.dumps({"old": True}))

    def fail(temporary):
        temporary.write_text("{")
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_atomically(path, fail)
    assert json.loads(path.read_text()) == {"old": True}
