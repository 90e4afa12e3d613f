"""The upload tab: choose pictures or an example, see each beside its reading, download the readings."""

import base64
import io
from pathlib import Path

import streamlit as st
from PIL import Image, ImageOps

from app_pages.parts import answer as widgets
from app_pages.parts.correct import offer_correction
from app_pages.parts.shared import decode_picture
from app_pages.parts.spreadsheet import readings_as_csv
from model.predictor import Predictor, Reading
from utils.image import FORMATS_IN_WORDS
from utils.words import as_markdown

PICTURES = Path(__file__).parents[1] / "pictures"  # tests/make_pictures.py made them
EXAMPLES = {
    "Five on paper": PICTURES / "five-on-paper.jpg",
    "Eight on a blackboard": PICTURES / "eight-on-a-blackboard.jpg",
    "Small, thin seven": PICTURES / "small-thin-seven.png",
}
EXAMPLE_SIZE_PX = 72
PICTURE_SIZE_PX = 140  # small enough for a phone to show the picture and its answer at once


def _picture_button(name: str, path: Path) -> str:
    with Image.open(path) as picture:
        # Twice the size, for screens of high resolution; a frame, because the paper may be as white as the page.
        small = ImageOps.expand(ImageOps.fit(picture.convert("RGB"), (2 * EXAMPLE_SIZE_PX,) * 2), 2, "#808080")
    content = io.BytesIO()
    small.save(content, "JPEG", quality=85)
    source = f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}"
    return f'<input type="image" width="{EXAMPLE_SIZE_PX}" alt="{name}" title="{name}" src="{source}">'


# Streamlit has no button that shows a picture, so these are the browser's own, for mouse, finger and keyboard. Apart
# from the canvas they are the only HTML of our own.
_example_buttons = st.components.v2.component(
    "digit_canvas_examples",
    html="&ensp;".join(_picture_button(name, path) for name, path in EXAMPLES.items()),
    js="""export default ({ parentElement, setTriggerValue }) => {
        for (const button of parentElement.querySelectorAll("input"))
            button.onclick = () => setTriggerValue("chosen", button.alt);
    };""",
)


def choose_pictures(key: str) -> list[tuple[str, bytes]]:
    """Show the uploader and the example pictures.

    Returns
    -------
    list of (str, bytes)
        Name and content of each picture chosen: the uploads, and the example if one was clicked after the last upload.
    """
    # The number is part of the uploader's key. A new key makes a new uploader: there is no other way to empty it.
    uploader = st.session_state.setdefault(f"{key}_uploader", 0)
    files = st.file_uploader(
        f"One digit a picture: {FORMATS_IN_WORDS}",
        type="image",
        accept_multiple_files=True,
        help="Dark on light or light on dark, a drawing, a scan or a photo of paper. It is read here, and kept "
        "only if you say what it was.",
        on_change=st.session_state.pop,
        args=(f"{key}_example", None),
        key=f"{key}_files_{uploader}",
    )
    st.caption("Or try an example")
    clicked = _example_buttons(on_chosen_change=lambda: None, key=f"{key}_examples").chosen
    if clicked:
        st.session_state[f"{key}_example"] = clicked
    example = st.session_state.get(f"{key}_example")
    pictures = [(file.name, file.getvalue()) for file in files]
    return [*pictures, (example, EXAMPLES[example].read_bytes())] if example in EXAMPLES else pictures


def show_pictures(pictures: list[tuple[str, bytes]], predictor: Predictor, key: str) -> None:
    """Show each picture beside its reading: a single one with all details, several as a grid."""
    readings = [(name, content, read_picture(content, predictor)) for name, content in pictures]
    if len(readings) > 1:
        with st.container(horizontal=True):
            st.button("Remove all", icon=":material/delete:", on_click=_remove_all, args=(key,), key=f"{key}_remove")
            st.download_button(
                "Readings as CSV",
                readings_as_csv((name, reading) for name, _, reading in readings),
                "readings.csv",
                "text/csv",
                on_click="ignore",
                icon=":material/download:",
                key=f"{key}_csv",
            )
        with st.grid(3, min_column_width=PICTURE_SIZE_PX + 40):
            for number, (name, content, reading) in enumerate(readings):
                with st.container(border=True):
                    show_picture(name, content, reading)
                    if isinstance(reading, Reading) and reading.blank:
                        widgets.show_blank(reading)
                    elif isinstance(reading, Reading):
                        widgets.show_verdict(reading)
                        widgets.show_network_input(reading.steps)
                        offer_correction(reading, predictor, key=f"{key}_picture_{number}")
        return
    for name, content, reading in readings:
        picture_and_answer = widgets.two_columns()
        with picture_and_answer.cell():
            show_picture(name, content, reading)
        if isinstance(reading, Reading):
            with picture_and_answer.cell():
                widgets.show_answer(reading)
                offer_correction(reading, predictor, key=f"{key}_picture")
                if reading.prediction:
                    widgets.show_bars(reading.prediction, key=f"{key}_picture")
            widgets.show_details(reading, predictor, key=f"{key}_picture")


def _remove_all(key: str) -> None:
    st.session_state[f"{key}_uploader"] += 1
    st.session_state.pop(f"{key}_example", None)


def read_picture(content: bytes, predictor: Predictor) -> Reading | str:
    """Read a picture; if it cannot be read, return a sentence that says why."""
    try:
        ink, _ = decode_picture(content)
    except ValueError as error:
        return str(error)
    return predictor.read(ink)


def show_picture(name: str, content: bytes, reading: Reading | str) -> None:
    """Show a picture above its name; if it could not be read, its name and why."""
    if isinstance(reading, str):
        st.text(name)  # plain text: a name may hold anything
        st.error(as_markdown(reading), icon=":material/broken_image:")
        return
    _, thumbnail = decode_picture(content)
    st.image(thumbnail, width=PICTURE_SIZE_PX, alt=f"The picture {name}")
    st.text(name)
