"""Corrections as files, to take away and bring back: a zip of PNGs with ``labels.csv``, or an ``.npz`` like MNIST's.

In ``labels.csv`` a row has ``file``, ``label`` (0 to 9, or 10 for what is not a digit) and what else is known. An
``.npz`` has ``x``, uint8 (n, 28, 28), paper 0 and ink up to 255, and ``y``, the n labels.
"""

import csv
import io
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from model.corrections.store import LABELS, Correction, as_picture, correct
from model.litert import DIGITS, IMAGE_SHAPE, NO_DIGIT
from utils.image import MAX_SIDE_PX, ink_from_canvas
from utils.preprocess import STRONG_INK_LEVEL, normalize_digit

LABELS_FILE = "labels.csv"
PROBABILITIES = [f"probability_{digit}" for digit in range(DIGITS)]
COLUMNS = ["file", "label", "predicted", *PROBABILITIES, "network_sha256", "created"]
MAX_CORRECTIONS = 200_000  # in a file that is read
MAX_UNPACKED_BYTES = 2**30
MAX_PICTURE_BYTES = 2 * 2**20  # noise of the largest size allowed takes half of this
# What zipfile and NumPy raise for files that are damaged or of another kind.
BROKEN = (BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, TypeError, NotImplementedError, RuntimeError)
EXPECTED = "Expected a zip of PNGs with labels.csv, or an .npz with x (n, 28, 28) uint8 and y (n), as exported here"


def write_zip(corrections: Iterable[Correction], file: BinaryIO) -> None:
    """Write corrections as a zip, one after the other: only ``labels.csv`` is held in memory."""
    labels = io.StringIO(newline="")
    writer = csv.DictWriter(labels, COLUMNS)
    writer.writeheader()
    with ZipFile(file, "w") as archive:  # not compressed: PNGs are
        for number, correction in enumerate(corrections, start=1):
            name = f"{number:06}.png"
            archive.writestr(name, correction.picture)
            probabilities = correction.probabilities or [""] * DIGITS
            writer.writerow(
                {
                    "file": name,
                    "label": correction.label,
                    "predicted": correction.predicted,
                    "network_sha256": correction.network_sha256,
                    "created": correction.created.isoformat(),
                }
                | dict(zip(PROBABILITIES, probabilities, strict=True))
            )
        archive.writestr(LABELS_FILE, labels.getvalue())


def write_npz(corrections: Iterable[Correction], file: BinaryIO) -> None:
    """Write the images and labels of corrections as an ``.npz`` like MNIST's."""
    images, labels = [], []
    for correction in corrections:
        images.append(correction.image)
        labels.append(correction.label)
    np.savez_compressed(file, x=np.array(images, np.uint8).reshape(-1, *IMAGE_SHAPE), y=np.array(labels, np.uint8))


def read_file(
    content: bytes, tell: Callable[[float], object] = lambda share: None
) -> tuple[list[Correction], list[str]]:
    """Read what `write_zip` or `write_npz` wrote. Nothing is unpacked to the disk.

    Parameters
    ----------
    content : bytes
        The file's content.
    tell : callable
        Is called again and again with the share that has been read, from 0 to 1.

    Returns
    -------
    corrections : list of Correction
        What is good.
    problems : list of str
        What is not: a line for each.

    Raises
    ------
    ValueError
        If the file as a whole cannot be read, or is too large.
    """
    # Every entry of a zip has this signature in the list of contents. They are counted before the list is read, because
    # reading it takes a kilobyte of memory for each entry.
    if content.count(b"PK\x01\x02") > MAX_CORRECTIONS + 1:
        raise ValueError(f"The file has too many entries: at most {MAX_CORRECTIONS:,} corrections can be read at once.")
    try:
        archive = ZipFile(io.BytesIO(content))
    except BROKEN as error:
        raise ValueError(f"This is neither a zip nor an .npz. {EXPECTED}.") from error
    unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        raise ValueError(
            f"Unpacked, the file would have {unpacked / 2**20:,.0f} MB; at most {MAX_UNPACKED_BYTES / 2**20:,.0f} MB "
            "can be read at once."
        )
    return _read_zip(archive, tell) if LABELS_FILE in archive.namelist() else _read_npz(archive)


def _read_zip(archive: ZipFile, tell: Callable[[float], object]) -> tuple[list[Correction], list[str]]:
    pictures = {entry.filename for entry in archive.infolist() if not entry.is_dir()} - {LABELS_FILE}
    corrections: list[Correction] = []
    problems: list[str] = []
    listed = set()
    try:
        with io.TextIOWrapper(archive.open(LABELS_FILE), "utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if not {"file", "label"} <= {*(rows.fieldnames or [])}:
                raise ValueError("its first row does not name the columns file and label")
            for number, row in enumerate(rows, start=1):
                if number > MAX_CORRECTIONS:
                    raise ValueError(f"it has more than {MAX_CORRECTIONS:,} rows")
                listed.add(row["file"])
                try:
                    corrections.append(_read_row(archive, row))
                except ValueError as error:
                    problems.append(f"{row['file']}: {error}")
                tell(min(1.0, number / max(1, len(pictures))))
    except (*BROKEN, csv.Error) as error:
        raise ValueError(f"{LABELS_FILE} cannot be read: {error}. {EXPECTED}.") from error
    problems += [f"{name}: {LABELS_FILE} does not list it" for name in sorted(pictures - listed)]
    return corrections, problems


def _read_row(archive: ZipFile, row: dict[str, str]) -> Correction:
    name = row["file"] or ""
    if name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts:
        raise ValueError("the name leads out of the zip")
    label = _as_label(row["label"])
    correction = correct(normalize_digit(_read_picture(archive, name)), label)
    probabilities = [float(row.get(name) or "nan") for name in PROBABILITIES]
    network = row.get("network_sha256") or None
    if network and not re.fullmatch("[0-9a-f]{64}", network):
        raise ValueError(f"expected a checksum of 64 hexadecimal digits for network_sha256; got {network[:100]!r}")
    try:
        created = datetime.fromisoformat(row["created"]).astimezone(UTC) if row.get("created") else correction.created
    except OverflowError as error:
        raise ValueError(f"the time {row['created']} is out of range") from error
    return replace(
        correction,
        predicted=_as_label(row["predicted"]) if row.get("predicted") else None,
        probabilities=probabilities if all(0 <= value <= 1 for value in probabilities) else None,
        network_sha256=network,
        created=created,
    )


def _read_picture(archive: ZipFile, name: str) -> np.ndarray:
    try:
        entry = archive.getinfo(name)
        if entry.file_size > MAX_PICTURE_BYTES:
            raise ValueError(f"it has {entry.file_size:,} bytes; at most {MAX_PICTURE_BYTES:,} are read")
        content = archive.read(entry)
        width, height = Image.open(io.BytesIO(content), formats=["PNG"]).size
    except KeyError as error:
        raise ValueError("it is not in the zip") from error
    except UnidentifiedImageError as error:
        raise ValueError("it is not a PNG") from error
    except BROKEN as error:
        raise ValueError(f"it cannot be read ({error})") from error
    if max(width, height) > MAX_SIDE_PX:
        raise ValueError(f"it has {width:,} × {height:,} pixels; at most {MAX_SIDE_PX:,} a side are read")
    ink = ink_from_canvas(content)
    return np.pad(ink, max(ink.shape))  # cut to its ink, a one would be taken for a sheet that is all ink


def _as_label(text: str | None) -> int:
    if text not in map(str, LABELS):
        raise ValueError(f"expected a label from 0 to 9, or {NO_DIGIT} for what is not a digit; got {text!r:.100}")
    return int(text)


def _read_npz(archive: ZipFile) -> tuple[list[Correction], list[str]]:
    try:
        with archive.open("x.npy") as x, archive.open("y.npy") as y:
            images, labels = (np.lib.format.read_array(file, allow_pickle=False) for file in (x, y))
    except (*BROKEN, MemoryError) as error:
        raise ValueError(f"The file is of another kind, or damaged ({error}). {EXPECTED}.") from error
    if images.dtype != np.uint8 or images.shape[1:] != IMAGE_SHAPE or labels.shape != images.shape[:1]:
        raise ValueError(f"The file has x {images.shape} {images.dtype} and y {labels.shape}. {EXPECTED}.")
    if len(images) > MAX_CORRECTIONS:
        raise ValueError(f"The file has {len(images):,} images; at most {MAX_CORRECTIONS:,} can be read at once.")
    corrections, problems = [], []
    for number, (image, label) in enumerate(zip(images, labels.tolist(), strict=True)):
        try:
            corrections.append(_as_correction(image, _as_label(str(label))))
        except ValueError as error:
            problems.append(f"Image {number}: {error}")
    return corrections, problems


def _as_correction(image: np.ndarray, label: int) -> Correction:
    strong = (image >= STRONG_INK_LEVEL).mean()
    if not 0 < strong < 0.5:
        raise ValueError("it has no ink, or more ink than paper; expected paper 0, ink up to 255")
    x, y, width, height = cv2.boundingRect(image)
    return Correction(
        as_picture(image[y : y + height, x : x + width]), image, label, None, None, None, datetime.now(UTC)
    )
