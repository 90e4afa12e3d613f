"""Reading files of arrays that people give."""

from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np


def load_arrays(path: Path, names: Sequence[str], what: str, hint: str) -> dict[str, np.ndarray]:
    """Read the arrays `names` from an ``.npz`` file.

    Parameters
    ----------
    path : Path
    names : sequence of str
    what : str
        What the file is, for the sentences of the errors: "MNIST file".
    hint : str
        What to do about an error, as a sentence.

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
        # numpy returns a bare array for .npy, and several exceptions for files that are broken or none of its own.
        raise ValueError(f"{path} cannot be read as an .npz file: it is damaged or of another kind. {hint}") from error
