"""Files: write them whole or not at all, open only regular ones, read arrays from them."""

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import numpy as np

ROOT = Path(__file__).parents[1]  # the folder with app.py


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file under a temporary name (same suffix), then put it at `path` in one step.

    Whoever reads `path` sees the old file or the new one, never half of one. If it fails, nothing is left behind.

    Raises
    ------
    OSError
        If it cannot be written. The message says where, why, and what to do.
    """
    temporary = path.with_name(f".{path.stem}.writing{path.suffix}")
    try:
        with failing_with_advice(path):
            write(temporary)
            temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def printable(name: str | Path) -> str:
    r"""Return a file's name as text that can be shown and sent: bytes that are not UTF-8 become their codes.

    Examples
    --------
    >>> printable("drei \udcff")
    'drei \\udcff'
    """
    return str(name).encode("utf-8", "backslashreplace").decode()


@contextmanager
def failing_with_advice(path: Path) -> Iterator[None]:
    """Turn an `OSError` from writing `path` into one that says where, why, and what to do."""
    try:
        yield
    except OSError as error:
        raise OSError(
            f"{path.name} cannot be written into {path.parent}: {error.strerror or error}. Delete there what is not "
            "needed, or name another folder by the environment variable DIGITS_DATA_DIR."
        ) from error


def open_file(path: Path) -> BinaryIO:
    """Open a regular file to read its bytes. Pipes and devices are refused: reading from one may never end.

    Raises
    ------
    OSError
        If it is no regular file, or cannot be opened; ``strerror`` says why.
    """
    try:
        # Without it, opening a pipe waits until somebody writes into the pipe.
        at_once = getattr(os, "O_NONBLOCK", 0)
        file = open(path, "rb", opener=lambda name, flags: os.open(name, flags | at_once))  # noqa: SIM115
    except ValueError as error:  # Python's word for it is "embedded null byte"
        raise OSError(errno.EINVAL, "a NUL character is in its name") from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file")
    return file


def load_arrays(path: Path, names: Sequence[str], what: str, hint: str) -> dict[str, np.ndarray]:
    """Read the arrays `names` from an ``.npz`` file.

    Parameters
    ----------
    path : Path
        The file.
    names : sequence of str
        The arrays' names in it.
    what : str
        What the file is, for the messages: "MNIST file".
    hint : str
        What to do about an error, as a sentence.

    Returns
    -------
    dict of str to ndarray
        The arrays by name.

    Raises
    ------
    ValueError
        If the file is missing, damaged, of another kind, or lacks an array.
    """
    if not path.is_file():
        raise ValueError(f"There is no {what} at {path}. {hint}")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: archive[name] for name in names}
    except KeyError as error:
        raise ValueError(
            f"{path} lacks an array ({error.args[0].split()[0]}). A {what} is an .npz with {', '.join(names)}. {hint}"
        ) from error
    except (BadZipFile, OSError, ValueError, EOFError, TypeError, AttributeError) as error:
        # NumPy returns a bare array for a .npy, and raises many kinds of errors for damaged and other files.
        raise ValueError(f"{path} cannot be read as an .npz file: it is damaged or of another kind. {hint}") from error
