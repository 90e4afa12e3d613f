"""Our own JSON files: write them in one step, and check everything in them when they are read."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from utils.files import failing_with_advice, open_file, printable, write_atomically

MAX_JSON_BYTES = 16 * 2**20  # the steps of 5,000 epochs take 11 MB

# Types of the fields. Floats are finite: JSON has no others.
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Positive = Annotated[int, msgspec.Meta(ge=1, le=10**12)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e9)]

Kind = TypeVar("Kind")


class UnreadableError(ValueError):
    """A file of ours is not as we write them. The message names it and says what is wrong."""


def write_json(path: Path, values: Mapping[str, object]) -> None:
    """Write `values` to `path` in one step; see `write_atomically`."""
    write_atomically(
        path, lambda temporary: temporary.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    )


def append_json_line(path: Path, values: Mapping[str, object]) -> None:
    """Append `values` as a line.

    Raises
    ------
    OSError
        As `write_atomically`. Half a line may have been written.
    """
    with failing_with_advice(path), path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(values) + "\n")


def read_json(path: Path, kind: type[Kind]) -> Kind:
    """Read a JSON file.

    Parameters
    ----------
    path : Path
        The file.
    kind : type
        What is in it: a dataclass, a TypedDict, ``list[int]`` … Fields of the file that `kind` lacks are left out.

    Returns
    -------
    kind
        What was read.

    Raises
    ------
    FileNotFoundError
        If there is no file.
    UnreadableError
        If anything is wrong with it: its size, its JSON, a type, a value out of range.
    """
    with _naming(path):
        return msgspec.json.decode(_content(path), type=kind)


def read_json_lines(path: Path, kind: type[Kind]) -> list[Kind]:
    """Read a file with JSON in each line, as `read_json`. A last line without a line break is unfinished: left out."""
    with _naming(path):
        lines, _, _ = _content(path).rpartition(b"\n")
        return msgspec.json.Decoder(kind).decode_lines(lines)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableError(f"The file {printable(path)} is not as it should be: {reason}.") from error


def _content(path: Path) -> bytes:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise ValueError("its folder has a name that is not UTF-8") from None
    with open_file(path) as file:
        content = file.read(MAX_JSON_BYTES + 1)
    if len(content) > MAX_JSON_BYTES:
        raise ValueError(f"it has more than {MAX_JSON_BYTES // 2**20} MB")
    return content
