"""How well photographed pages are read: people's, in a folder, and pages of our own, with known text."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from model.data.drawing import to_unit_box
from model.data.strokes import Characters, select_digits, select_readable
from model.predictor import Digit, Predictor
from utils.files import open_file
from utils.image import clean_ink, decode_page
from utils.pictures.sheets import contact_sheet
from utils.preprocess import INK_LEVEL

PHOTOS_HINT = (
    "Expected a folder with pictures and truth.json: for each picture's name the grid's corners (top left, top right, "
    "bottom right, bottom left, in pixels), nine rows of nine digits, and the same rows with an x for each in pencil."
)
GRID = 9  # rows and columns
PAPERS = ("blank", "ruled", "squared", "in boxes")
PAGES_EACH = 3  # composed pages of each paper
PAGE_SIZE_PX = 1200, 1600  # width, height
LINES, NUMBERS, LENGTH = 8, 2, 4  # of a page, of a line, of a number
PITCH = 1.25  # from digit to digit, in their sizes
MIN_PATCH_SHARE, MAX_PATCH_SHARE = 1 / 100, 1 / 8  # of the picture's longer side: what may be a digit, by its height
GOAL, MOST_FALSE = 0.97, 1
TILE_PX, COLUMNS, MAX_SHOWN = 112, 10, 120


@dataclass(frozen=True)
class Photo:
    """A photograph of a page, and what is written there.

    Attributes
    ----------
    name : str
        To tell it by.
    content : bytes
        The picture's file.
    places : ndarray of float32, shape (n, 4, 2)
        Where each digit is: the corners of its cell or box, in pixels.
    labels : ndarray of int, shape (n,)
        Which digit it is.
    kinds : ndarray of str, shape (n,)
        What it is: ``pencil``, ``print``, or the paper that it is written on.
    known : ndarray of float32, shape (m, 2)
        The corners of the region where all digits are known. What is read elsewhere counts neither as right nor as
        false.
    """

    name: str
    content: bytes
    places: np.ndarray
    labels: np.ndarray
    kinds: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class PhotoAnswer:
    """What was read in a photograph.

    Attributes
    ----------
    photo : Photo
        Its places and region are those in the ink image.
    ink : ndarray of uint8, shape (height, width)
        The ink image.
    said : ndarray of int, shape (n,)
        What was read in each place; −1 if nothing.
    false : list of tuple of int
        The boxes of the digits that are none, or are one more in a place: (x, y, width, height).
    elsewhere : int
        How many digits were read where they are not known.
    """

    photo: Photo
    ink: np.ndarray
    said: np.ndarray
    false: list[tuple[int, int, int, int]]
    elsewhere: int


def load_photos(folder: Path) -> list[Photo]:
    """Read photographs of printed grids, with a digit in each cell.

    Raises
    ------
    ValueError
        If the folder has no such photographs. The message says what was expected.
    """
    try:
        with open_file(folder / "truth.json") as file:
            truth = json.load(file)
        return [_photo_of_grid(name, (folder / name).read_bytes(), **facts) for name, facts in truth.items()]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"The photographs in {folder} cannot be read ({error}). {PHOTOS_HINT}") from error


def _photo_of_grid(name: str, content: bytes, corners: list, rows: list[str], pencil: list[str]) -> Photo:
    to_photo = cv2.getPerspectiveTransform(_box(0, 0, GRID, GRID), np.float32(corners))
    places = np.stack([_box(column, row, 1, 1) for row in range(GRID) for column in range(GRID)])
    # Below and on the left there are notes, and digits that were printed on the facing page. On the right and above
    # there is nothing but a heading.
    known = _box(0, -3, 2 * GRID, GRID + 3)
    return Photo(
        name,
        content,
        cv2.perspectiveTransform(places, to_photo),
        np.array([int(digit) for digit in "".join(rows)]),
        np.where(np.array([*"".join(pencil)]) == "x", "pencil", "print"),
        cv2.perspectiveTransform(known[np.newaxis], to_photo)[0],
    )


def _box(x: float, y: float, width: float, height: float) -> np.ndarray:
    return np.float32([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])


def compose_photos(digits: Characters, seed: int) -> list[Photo]:
    """Photograph pages of our own: on each, one of the writers has filled lines with numbers.

    Parameters
    ----------
    digits : Characters
        Digits to choose from.
    seed : int
        Of everything that is left to chance: text, pen, paper, perspective, light, focus and noise.
    """
    rng = np.random.default_rng(seed)
    return [_compose_photo(digits, paper, number, rng) for paper in PAPERS for number in range(PAGES_EACH)]


def _compose_photo(digits: Characters, paper: str, number: int, rng: np.random.Generator) -> Photo:
    width, height = PAGE_SIZE_PX
    writer = digits.writers[rng.integers(len(digits.writers))]
    own = np.flatnonzero(digits.writers == writer)
    line_px = height // (LINES + 2)
    size_px, pen_px = rng.uniform(0.4, 0.55) * line_px, int(rng.integers(4, 8))
    first_x = (width - size_px * (PITCH * (NUMBERS * LENGTH - 1) + 1.2 * (NUMBERS - 1))) / 2
    page = np.full((height, width), 255, np.uint8)
    _print_paper(page, paper, line_px, size_px, first_x, rng)
    places, labels = [], []
    pen_level = int(rng.choice([30, 70, 120]))  # ballpoint, blue, pencil
    for line in range(LINES):
        for column in range(NUMBERS * LENGTH):
            chosen = own[rng.integers(len(own))]
            x = first_x + size_px * (PITCH * column + 1.2 * (column // LENGTH))
            y = line_px * (1.5 + line) - size_px / 2 - pen_px
            strokes = [stroke * size_px + (x, y) for stroke in to_unit_box(digits.strokes[chosen])]
            cv2.polylines(
                page, [stroke.round().astype(np.int32) for stroke in strokes], False, pen_level, pen_px, cv2.LINE_AA
            )
            low, extent = np.concatenate(strokes).min(axis=0), np.ptp(np.concatenate(strokes), axis=0)
            places.append(_box(*(low - pen_px), *(extent + 2 * pen_px)))
            labels.append(int(digits.labels[chosen]))
    photo, to_photo = _photograph(page, rng)
    return Photo(
        f"{paper} {number + 1}",
        cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(60, 95))])[1].tobytes(),
        cv2.perspectiveTransform(np.stack(places), to_photo),
        np.array(labels),
        np.full(len(labels), paper),
        _box(0, 0, width, height),
    )


def _print_paper(
    page: np.ndarray, paper: str, line_px: int, size_px: float, first_x: float, rng: np.random.Generator
) -> None:
    height, width = page.shape
    level, thickness = int(rng.integers(130, 200)), int(rng.integers(1, 4))
    if paper in ("ruled", "squared"):
        step = line_px if paper == "ruled" else line_px // 3
        for y in range(line_px, height, step):
            cv2.line(page, (0, y), (width, y), level, thickness)
        for x in range(step, width, step) if paper == "squared" else (line_px // 2,):
            cv2.line(page, (x, 0), (x, height), level, thickness)
    elif paper == "in boxes":
        first = line_px - size_px / 2  # so that the digits stand in the middle
        rows = [round(first + line_px * line) for line in range(LINES + 1)]
        columns = [
            round(first_x + size_px * (PITCH * (column - 0.5 + LENGTH * number) + 1.2 * number))
            for number in range(NUMBERS)
            for column in range(LENGTH + 1)
        ]
        for y in rows:
            cv2.line(page, (columns[0], y), (columns[-1], y), 40, 2 * thickness)
        for x in columns:
            cv2.line(page, (x, rows[0]), (x, rows[-1]), 40, thickness)


def _photograph(page: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Photograph a page on a dark table, by a lamp, in a shadow; return the picture, and the way there."""
    height, width = page.shape
    corners = _box(0.07 * width, 0.07 * height, 0.86 * width, 0.86 * height)
    corners += rng.uniform(-0.05, 0.05, (4, 2)).astype(np.float32) * width
    to_photo = cv2.getPerspectiveTransform(_box(0, 0, width, height), corners)
    table = cv2.GaussianBlur(rng.normal(60, 40, (height, width)).astype(np.float32), (0, 0), 4)
    photo = cv2.warpPerspective(
        page.astype(np.float32) * 0.85, to_photo, (width, height), table, borderMode=cv2.BORDER_TRANSPARENT
    )
    y, x = np.mgrid[:height, :width].astype(np.float32) / height
    direction, edge = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.6)
    shadow = 1 / (1 + np.exp(-(x * np.cos(direction) + y * np.sin(direction) - edge) * rng.uniform(20, 100)))
    lamp = np.exp(-((x - rng.uniform(0, 0.75)) ** 2 + (y - rng.uniform(0, 1)) ** 2))
    photo = photo * (0.5 + 0.5 * lamp) * (1 - rng.uniform(0, 0.45) * shadow)
    photo = cv2.GaussianBlur(photo, (0, 0), rng.uniform(0.5, 2)) + rng.normal(0, rng.uniform(1, 5), photo.shape)
    return photo.clip(0, 255).astype(np.uint8), to_photo


def read_patches(predictor: Predictor, ink: np.ndarray) -> list[Digit]:
    """Read each patch of ink that is as large as a digit, for comparison."""
    _, patches, boxes, _ = cv2.connectedComponentsWithStats((ink >= INK_LEVEL).view(np.uint8))
    digits = []
    for patch, (x, y, width, height, _) in enumerate(boxes.tolist()):
        if patch and MIN_PATCH_SHARE * max(ink.shape) <= height <= MAX_PATCH_SHARE * max(ink.shape) >= width:
            there = slice(y, y + height), slice(x, x + width)
            sign = np.where(patches[there] == patch, ink[there], 0).astype(np.uint8)
            digits.append(Digit(0, (x, y, width, height), predictor.read(np.pad(sign, height // 5))))
    return digits


def answer_photos(
    predictor: Predictor,
    photos: Sequence[Photo],
    read: Callable[[Predictor, np.ndarray], list[Digit]] = Predictor.read_number,
) -> list[PhotoAnswer]:
    """Let the network read photographs, by default as the app does."""
    answers = []
    for photo in photos:
        picture, to_page = decode_page(photo.content)
        ink = clean_ink(picture)
        answers.append(_answer(_straightened(photo, to_page), ink, read(predictor, ink)))
    return answers


def _straightened(photo: Photo, to_page: np.ndarray) -> Photo:
    places = cv2.perspectiveTransform(photo.places, to_page)
    return replace(photo, places=places, known=cv2.perspectiveTransform(photo.known[np.newaxis], to_page)[0])


def _answer(photo: Photo, ink: np.ndarray, digits: Sequence[Digit]) -> PhotoAnswer:
    said, areas = np.full(len(photo.labels), -1), np.zeros(len(photo.labels))
    false: dict[int, tuple[int, int, int, int]] = {}
    holders: dict[int, int] = {}
    elsewhere = 0
    for number, digit in enumerate(digits):
        prediction = digit.reading.prediction
        if not prediction or not prediction.is_digit:
            continue
        x, y, width, height = digit.box
        middle = x + width / 2, y + height / 2
        place = next(
            (i for i, corners in enumerate(photo.places) if cv2.pointPolygonTest(corners, middle, False) >= 0), None
        )
        if place is None:
            if cv2.pointPolygonTest(photo.known, middle, False) >= 0:
                false[number] = digit.box
            else:
                elsewhere += 1
            continue
        # Of several in a place, the largest is taken for the digit.
        if place in holders:
            smaller = number if width * height <= areas[place] else holders[place]
            false[smaller] = digits[smaller].box
        if width * height > areas[place]:
            said[place], areas[place], holders[place] = prediction.label, width * height, number
    return PhotoAnswer(photo, ink, said, [*false.values()], elsewhere)


def summarise_photos(answers: Sequence[PhotoAnswer]) -> dict:
    """Work out the figures of a set of photographs, by kind of digit."""
    said, labels, kinds = (
        np.concatenate(parts)
        for parts in zip(*((answer.said, answer.photo.labels, answer.photo.kinds) for answer in answers), strict=True)
    )
    return {
        "photos": len(answers),
        "false": sum(len(answer.false) for answer in answers) / len(answers),
        "elsewhere": sum(answer.elsewhere for answer in answers) / len(answers),
        "kinds": {
            str(kind): {
                "n": int((kinds == kind).sum()),
                "found": float((said >= 0)[kinds == kind].mean()),
                "right": float((said == labels)[kinds == kind].mean()),
            }
            for kind in dict.fromkeys(kinds.tolist())
        },
    }


def evaluate_photos(
    predictor: Predictor, characters: Characters, folder: Path | None, seed: int
) -> tuple[dict, dict[str, list[PhotoAnswer]]]:
    """Read pages of our own, and the photographs of a folder unless that is None: as the app does, and by patches.

    Returns
    -------
    summary : dict
        Under ``parts``, the figures of each part in both ways.
    answers : dict of str to list of PhotoAnswer
        What the app reads of each part.
    """
    photos = {"pages of ours": compose_photos(select_readable(select_digits(characters)), seed)}
    if folder:
        photos["photographs"] = load_photos(folder)
    answers = {part: answer_photos(predictor, of_part) for part, of_part in photos.items()}
    by_patches = {part: answer_photos(predictor, of_part, read_patches) for part, of_part in photos.items()}
    ways = {"as the app reads them": answers, "each patch of ink taken for a digit": by_patches}
    parts = {part: {way: summarise_photos(by_part[part]) for way, by_part in ways.items()} for part in photos}
    return {"parts": parts}, answers


def photos_as_text(name: str, summary: dict) -> str:
    """Format the figures for people."""
    lines = []
    for part, ways in summary["parts"].items():
        for way, figures in ways.items():
            lines.append(f"{name}: {figures['photos']} {part}, {way}")
            for kind, of_kind in figures["kinds"].items():
                goal = (
                    f" (goal {GOAL:.0%}: {'met' if of_kind['right'] >= GOAL else 'missed'})" if kind == "pencil" else ""
                )
                lines.append(
                    f"  {kind}: {of_kind['found']:.2%} found, {of_kind['right']:.2%} right of {of_kind['n']:,}{goal}"
                )
            met = "met" if figures["false"] <= MOST_FALSE else "missed"
            lines.append(
                f"  false digits: {figures['false']:.2f} a page (goal ≤ {MOST_FALSE}: {met}); where no text is known: "
                f"{figures['elsewhere']:.2f}"
            )
    return "\n".join(lines) + "\n"


def photo_sheet(answers: Sequence[PhotoAnswer]) -> np.ndarray:
    """Show the ink of what was read wrong, with its label and what was read, and of false digits; uint8."""
    captioned = []
    for answer in answers:
        for place, was, said in zip(answer.photo.places, answer.photo.labels, answer.said, strict=True):
            if was != said:
                around = _around(answer.ink, cv2.boundingRect(place))
                captioned.append((around, f"{was} as {said if said >= 0 else 'none'}"))
        captioned += [(_around(answer.ink, box), "false") for box in answer.false]
    return contact_sheet(captioned[:MAX_SHOWN], (TILE_PX, TILE_PX), COLUMNS)


def _around(ink: np.ndarray, box: Sequence[int]) -> np.ndarray:
    x, y, width, height = box
    crop = ink[max(0, y - 8) : max(0, y + height + 8), max(0, x - 8) : max(0, x + width + 8)]
    return crop if crop.size else np.zeros((1, 1), np.uint8)  # the place is not in the page that was found
