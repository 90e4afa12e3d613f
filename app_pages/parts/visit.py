"""What was drawn in this visit, newest first: bring a drawing back, correct it, take all of them along.

It lives in the session alone, and is gone with it.
"""

import csv
import io
from functools import partial
from zipfile import ZipFile

import streamlit as st

from app_pages.parts.correct import in_words, name_label, store_label
from app_pages.parts.shared import get_predictor
from model.corrections.store import LABELS
from model.predictor import Digit, number_text
from utils.image import decode_grey, ink_from_canvas
from utils.pictures.pixels import to_data_url
from utils.pictures.sketch import Sketch, Version

MAX_DRAWINGS = 50  # the newest
THUMBNAIL_SIZE_PX = 80
BRING_BACK = "Bring it back"
Drawing = tuple[Version, str, bool]


def show_visit(sketch: Sketch, digits: list[Digit], key: str) -> None:
    """Remember what is on the canvas; show what was drawn in this visit, if the user opens it.

    Parameters
    ----------
    sketch : Sketch
        The canvas.
    digits : list of Digit
        What was read of it.
    key : str
        The widgets' keys begin with it.
    """
    # Each drawing in its last version, with what was read and whether that is one digit, by its first stroke.
    visit: dict[bytes, Drawing] = st.session_state.setdefault(f"{key}_drawings", {})
    if read := digits_in_words(digits):
        visit[sketch.current.first_stroke] = sketch.current, read, len(digits) == 1
        if len(visit) > MAX_DRAWINGS:
            del visit[next(iter(visit))]
    if not visit:
        return
    strip = st.expander(f"Drawn in this visit ({len(visit)})", icon=":material/history:", key=key, on_change="rerun")
    if not strip.open:
        return
    with strip:
        st.caption("They are gone when this page is closed or loaded again.")
        with st.grid(6, min_column_width=THUMBNAIL_SIZE_PX + 20):
            for number, (first, (version, was_read, is_one)) in reversed([*enumerate(visit.items())]):
                with st.container(gap="xsmall"):
                    picture = decode_grey(version.picture)[::4, ::4]
                    st.image(to_data_url(picture, THUMBNAIL_SIZE_PX), alt=f"A drawing, read as {was_read}")
                    menu = f"{key}_{number}"
                    st.menu_button(
                        was_read,
                        [BRING_BACK, *LABELS] if is_one else [BRING_BACK],
                        format_func=lambda option: option if option == BRING_BACK else f"It was {name_label(option)}",
                        on_click=_act,
                        args=(menu, sketch, visit, first),
                        width="stretch",
                        key=menu,
                    )
        st.download_button(
            "Download them",
            partial(as_zip, [*visit.values()]),
            "drawings.zip",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            key=f"{key}_download",
        )


def digits_in_words(digits: list[Digit]) -> str:
    """Say what was read: a digit, or a number; empty if there was nothing to read."""
    if len(digits) > 1:
        return number_text(digits).replace("\n", ", ")
    prediction = digits[0].reading.prediction if digits else None
    return in_words(prediction) if prediction else ""


def _act(menu: str, sketch: Sketch, visit: dict[bytes, Drawing], first: bytes) -> None:
    chosen, (version, _, _) = st.session_state[menu], visit[first]
    if chosen == BRING_BACK:
        del visit[first]  # from now on it is the newest
        sketch.bring_back(version)
        return
    predictor = get_predictor()
    if store_label(predictor.read(ink_from_canvas(version.picture)), predictor, chosen):
        st.toast(f"Stored: {name_label(chosen)}", icon=":material/check:")


def as_zip(drawings: list[Drawing]) -> bytes:
    """Pack drawings as PNGs, with a table of what was read."""
    packed, table = io.BytesIO(), io.StringIO(newline="")
    rows = csv.writer(table)
    rows.writerow(["file", "read"])
    with ZipFile(packed, "w") as archive:
        for number, (version, read, _) in enumerate(drawings, start=1):
            name = f"{number:03}.png"
            archive.writestr(name, version.picture)
            rows.writerow([name, read])
        archive.writestr("readings.csv", table.getvalue())
    return packed.getvalue()
