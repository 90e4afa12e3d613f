"""Pictures that were uploaded or taken: they are read one after the other, with a bar and a button to stop."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import streamlit as st
from PIL import Image

from app_pages.parts.number import candidates_of
from app_pages.parts.shared import decode_picture
from model.predictor import Digit, Predictor
from utils.pictures.annotate import draw_boxes
from utils.words import counted

NOT_READ = "It was not read, because you stopped before."


@dataclass(frozen=True)
class Picture:
    """A picture's file.

    Attributes
    ----------
    id : str
        Tells it from every other, also from one of the same name.
    name : str
        The file's name.
    content : bytes
        What is in the file.
    """

    id: str
    name: str
    content: bytes


@dataclass(frozen=True)
class ReadPicture:
    """What was read in a picture.

    Attributes
    ----------
    picture : Picture
        The picture.
    turns : int
        By how many quarters it was turned to the right before.
    digits : list of Digit
        What was found, in reading order.
    shown : bytes
        The picture as a JPEG, with boxes and readings if there are several digits; empty if it cannot be read.
    problem : str
        Why it cannot be read, as a sentence; empty if it can.
    """

    picture: Picture
    turns: int
    digits: list[Digit]
    shown: bytes
    problem: str = ""


def read_pictures(pictures: list[Picture], predictor: Predictor, key: str) -> list[ReadPicture]:
    """Read those that were not read before. Whoever stops gets what was read until then."""
    read: dict[tuple[str, int, Path], ReadPicture] = st.session_state.setdefault(f"{key}_read", {})
    stopped: set[str] = st.session_state.setdefault(f"{key}_stopped", set())
    turns: dict[str, int] = st.session_state.setdefault(f"{key}_turns", {})
    wanted = {(picture.id, turns.get(picture.id, 0), predictor.folder): picture for picture in pictures}
    for gone in read.keys() - wanted.keys():
        del read[gone]
    if st.session_state.pop(f"{key}_stop", False):
        stopped |= {picture.id for of, picture in wanted.items() if of not in read}
    waiting = {of: picture for of, picture in wanted.items() if of not in read and picture.id not in stopped}
    progress = st.empty()
    if len(waiting) > 1:
        with progress.container(horizontal=True, wrap=False, vertical_alignment="center"):
            bar = st.progress(0.0)
            st.button("Stop reading", on_click=_stop, args=(key,), key=f"{key}_stop_reading")
    for number, (of, picture) in enumerate(waiting.items()):
        if len(waiting) > 1:  # after a click on Stop, Streamlit ends this run here
            bar.progress(number / len(waiting), f"{number} of {counted(len(waiting), 'picture')} read")
        read[of] = read_picture(picture, of[1], predictor)
    progress.empty()
    if stopped & {picture.id for picture in pictures}:
        st.button("Read the rest", icon=":material/play_arrow:", on_click=stopped.clear, key=f"{key}_go_on")
    return [read.get(of) or ReadPicture(picture, of[1], [], b"", NOT_READ) for of, picture in wanted.items()]


def _stop(key: str) -> None:
    st.session_state[f"{key}_stop"] = True


def turn(picture: Picture, key: str) -> None:
    """Turn a picture by a quarter to the right; it is read anew."""
    turns = st.session_state[f"{key}_turns"]
    turns[picture.id] = (turns.get(picture.id, 0) + 1) % 4


def read_picture(picture: Picture, turns: int, predictor: Predictor) -> ReadPicture:
    """Read a picture, turned by so many quarters to the right."""
    try:
        ink, shown = _decode(picture, turns)
    except ValueError as error:
        return ReadPicture(picture, turns, [], b"", str(error))
    digits = predictor.read_number(ink)
    return ReadPicture(picture, turns, digits, _encode(".jpg", _annotated(ink, shown, digits)))


def annotated_png(read: ReadPicture) -> bytes:
    """Draw the boxes and readings onto the picture once more, for a PNG to take along."""
    return _encode(".png", _annotated(*_decode(read.picture, read.turns), read.digits))


def _decode(picture: Picture, turns: int) -> tuple[np.ndarray, Image.Image]:
    ink, shown = decode_picture(picture.content)
    return np.ascontiguousarray(np.rot90(ink, -turns)), shown.rotate(-90 * turns, expand=True)


def _annotated(ink: np.ndarray, picture: Image.Image, digits: list[Digit]) -> np.ndarray:
    shown = cv2.cvtColor(np.asarray(picture.convert("RGB")), cv2.COLOR_RGB2BGR)
    if len(digits) < 2:
        return shown
    scale = shown.shape[1] / ink.shape[1]
    boxes = [tuple(round(scale * of) for of in digit.box) for digit in digits]
    return draw_boxes(shown, boxes, [candidates_of(digit.reading) for digit in digits])


def _encode(suffix: str, picture: np.ndarray) -> bytes:
    return cv2.imencode(suffix, picture)[1].tobytes()
