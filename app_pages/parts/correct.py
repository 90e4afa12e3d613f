"""Right, or *It was…*: a person says what a drawing is, and it is stored to learn from, until they take it back."""

from collections.abc import Callable

import streamlit as st

from model.corrections.store import LABELS, Corrections, CorrectionsError, correct, label_read
from model.litert import NO_DIGIT
from model.predictor import Prediction, Predictor, Reading
from utils.words import as_markdown, which_of

WHAT_IS_STORED = (
    "The picture, its label, what was read, by which network and when are stored, for a network to learn from. "
    "No name and no address are."
)


def name_label(label: int) -> str:
    """Name a correction's label: a digit, or “not a digit”."""
    return "not a digit" if label == NO_DIGIT else str(label)


def tell_problem(error: CorrectionsError) -> None:
    """Say why corrections cannot be stored or read, while the page goes on reading."""
    st.toast(as_markdown(str(error)), icon=":material/database_off:", duration="infinite")


def attempt(change: Callable[[], None]) -> bool:
    """Change the store, and say whether that was possible; if not, the page says why."""
    try:
        change()
    except CorrectionsError as error:
        tell_problem(error)
        return False
    return True


def in_words(prediction: Prediction) -> str:
    """Say what was read: a digit, digits that it may be, or “not a digit”."""
    return which_of(prediction.candidates) if prediction.is_digit else name_label(NO_DIGIT)


def offer_correction(reading: Reading, predictor: Predictor, key: str) -> None:
    """Let the user say that the reading is right, or what the drawing was; or take back what they said.

    Parameters
    ----------
    reading : Reading
        What the network made of the drawing. If it is blank, nothing is shown.
    predictor : Predictor
        The network that read it.
    key : str
        The widgets' keys begin with it.
    """
    if reading.blank:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = _stored_label(reading)
        if label is not None:
            st.markdown(f"Stored: {name_label(label)}", width="content", help=WHAT_IS_STORED)
            st.button("Take it back", icon=":material/undo:", on_click=take_back, args=(reading,), key=f"{key}_back")
            return
        prediction = reading.prediction
        if len(prediction.candidates) == 1 or not prediction.is_digit:  # else the page asks which of them it is
            st.button(
                "Right" if prediction.is_digit else f"Right: {name_label(NO_DIGIT)}",
                icon=":material/check:",
                help=WHAT_IS_STORED,
                on_click=store_label,
                args=(reading, predictor, label_read(prediction)),
                key=f"{key}_right",
            )
        st.menu_button(
            "It was…",
            LABELS,
            format_func=name_label,
            help=WHAT_IS_STORED,
            on_click=lambda: store_label(reading, predictor, st.session_state[f"{key}_was"]),
            key=f"{key}_was",
        )


def _given() -> dict[bytes, tuple[int, str]]:
    """Return what was stored in this visit, by the drawing: the correction's id and the drawing's checksum."""
    return st.session_state.setdefault("corrections_given", {})


def _stored_label(reading: Reading) -> int | None:
    """Return the label that was stored of a drawing in this visit; None if there is none, or it was deleted since."""
    given = _given().get(_drawing(reading))
    try:
        return Corrections().label_of(*given) if given else None
    except CorrectionsError as error:
        tell_problem(error)
        del _given()[_drawing(reading)]  # so that it is said once
        return None


def _drawing(reading: Reading) -> bytes:
    return reading.steps.image.tobytes()


def store_label(reading: Reading, predictor: Predictor, label: int) -> bool:
    """Store a drawing with its label, instead of one that was stored in this visit; say whether that was possible."""

    def store() -> None:
        before, _ = _given().get(_drawing(reading), (None, ""))
        correction = correct(reading.steps, label, reading.prediction, predictor.card.litert_sha256)
        stored = Corrections().add(correction, instead_of=before)
        _given()[_drawing(reading)] = stored, correction.drawing_sha256

    return attempt(store)


def take_back(reading: Reading) -> bool:
    """Delete what was stored of a drawing, and say whether that was possible; if not, the page says why."""

    def remove() -> None:
        Corrections().remove(*_given()[_drawing(reading)])
        del _given()[_drawing(reading)]

    return attempt(remove)
