import json
import os
import resource
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.card import CARD_FILE, QUALITY_FILE, SHIPPED, CheckpointError, read_card, read_quality
from model.runs.folder import METRICS_FILE, STATUS_FILE, read_metrics, read_status
from tests.conftest import ROOT
from utils.files import open_file, write_atomically
from utils.json_files import UnreadableError, append_json_line, read_json, read_json_lines, write_json

NESTED = b'{"deep": ' + b"[" * 100_000
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def put_something_else(values, draw):
    """Return the JSON values with one of them, anywhere, replaced or left out."""
    if not isinstance(values, (dict, list)) or not values or draw(st.integers(0, 4)) == 0:
        return draw(VALUES)
    copy = values.copy()
    key = draw(st.sampled_from([*copy] if isinstance(copy, dict) else [*range(len(copy))]))
    if isinstance(copy, dict) and draw(st.integers(0, 4)) == 0:
        del copy[key]
    else:
        copy[key] = put_something_else(copy[key], draw)
    return copy


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Input data was truncated"),
        (b"[1", "Input data was truncated"),
        (b"\xff", "JSON is malformed"),
        (b"[1, NaN]", "JSON is malformed"),
        (b"[1, 1e999]", "Number out of range"),
        (b"[1, null]", "Expected `float`, got `null` - at `$[1]`"),
        (b'["1"]', "Expected `float`, got `str`"),
        (b"5", "Expected `array`, got `int`"),
        (b"[" + NESTED, "Expected `float`, got `object`"),
    ],
)
def test_whatever_is_wrong_is_one_error_that_names_the_file(tmp_path, content, reason):
    path = tmp_path / "numbers.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as error:
        read_json(path, list[float])
    assert str(error.value).startswith(f"The file {path} is not as it should be: {reason}")


def test_deep_nesting_too(tmp_path):
    path = tmp_path / "status.json"
    path.write_bytes(NESTED)
    with pytest.raises(UnreadableError, match="recursion depth"):
        read_status(tmp_path)


def test_a_file_too_large_is_not_read_to_its_end(tmp_path):
    with (tmp_path / "large.json").open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(UnreadableError, match="more than 16 MB"):
        read_json(tmp_path / "large.json", list[int])


def test_a_pipe_and_a_device_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path / "pipe.json", Path("/dev/zero")):
        with pytest.raises(OSError, match="it is a pipe or a device"):
            open_file(path)
    with pytest.raises(UnreadableError, match="it is a pipe or a device"):
        read_json(tmp_path / "pipe.json", list[int])
    with pytest.raises(UnreadableError, match="Is a directory"):
        read_json(tmp_path, list[int])


def test_a_folder_whose_name_is_not_utf8_is_named_in_ascii(tmp_path):
    folder = tmp_path / os.fsdecode(b"run-\xff")
    folder.mkdir()
    with pytest.raises(UnreadableError, match=r"run-\\udcff/status.json is not as it should be: its folder has a name"):
        read_status(folder)


def test_a_line_counts_once_it_ends(tmp_path):
    path = tmp_path / "numbers.jsonl"
    append_json_line(path, {"n": 1})
    with path.open("ab") as file:
        file.write(b'{"n": 2')
    assert read_json_lines(path, dict[str, int]) == [{"n": 1}]
    with path.open("ab") as file:
        file.write(b"\n")
    with pytest.raises(UnreadableError, match=path.name):
        read_json_lines(path, dict[str, int])


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_malformed_file_brings_another_error(tmp_path, data):
    weights = ROOT / "model" / "weights"
    epoch = json.loads((weights / METRICS_FILE).read_text().splitlines()[0])
    for file, values, read, error in (
        (CARD_FILE, json.loads((weights / CARD_FILE).read_text()), read_card, CheckpointError),
        (QUALITY_FILE, json.loads((weights / QUALITY_FILE).read_text()), read_quality, UnreadableError),
        (METRICS_FILE, epoch, read_metrics, UnreadableError),
        (STATUS_FILE, {"state": "done", "message": "", "epoch": 3}, read_status, UnreadableError),
    ):
        broken = put_something_else(values, data.draw)
        (tmp_path / file).write_text(json.dumps(broken) + "\n")
        try:
            read(tmp_path)
        except error as raised:
            assert str(tmp_path / file) in str(raised)


def test_what_the_shipped_network_has_can_be_read():
    assert read_quality(SHIPPED)["mnist"]["accuracy"] == read_card(SHIPPED).accuracy["mnist"]
    assert read_quality(SHIPPED).keys() == {"mnist", "redrawn", "strokes"}


def test_what_fails_in_writing_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.json"
    path.write_text("old")

    def fail(temporary):
        temporary.write_text("{")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


@pytest.fixture
def small_files():
    """Let no file grow beyond a thousand bytes: what a full disk does to them."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_files")
def test_where_there_is_no_room_it_is_said_where_and_what_to_do(tmp_path):
    path = tmp_path / "large.json"
    sentence = f"large.json cannot be written into {tmp_path}: File too large. Delete there what is not needed"
    with pytest.raises(OSError, match=sentence):
        write_json(path, {"n": "0" * 2000})
    assert not [*tmp_path.iterdir()]
    with pytest.raises(OSError, match=sentence):
        append_json_line(path, {"n": "0" * 2000})
