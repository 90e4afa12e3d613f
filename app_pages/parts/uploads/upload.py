"""The upload tab: choose pictures or an example."""

import base64
import io
from pathlib import Path

import streamlit as st
from PIL import Image, ImageOps

from app_pages.parts.uploads.pictures import Picture
from utils.files import ROOT
from utils.image import FORMATS_IN_WORDS

PICTURES = ROOT / "app_pages/pictures"  # tests/make_pictures.py made them
EXAMPLES = {
    "Five on paper": PICTURES / "five-on-paper.jpg",
    "Eight on a blackboard": PICTURES / "eight-on-a-blackboard.jpg",
    "Small, thin seven": PICTURES / "small-thin-seven.png",
}
EXAMPLE_SIZE_PX = 72


def _picture_button(name: str, path: Path) -> str:
    with Image.open(path) as picture:
        # Twice the size, for screens of high resolution; a frame, because the paper may be as white as the page.
        small = ImageOps.expand(ImageOps.fit(picture.convert("RGB"), (2 * EXAMPLE_SIZE_PX,) * 2), 2, "#808080")
    content = io.BytesIO()
    small.save(content, "JPEG", quality=85)
    source = f"data:image/jpeg;base64,{base64.b64encode(content.getvalue()).decode()}"
    return f'<input type="image" width="{EXAMPLE_SIZE_PX}" alt="{name}" title="{name}" src="{source}">'


# Streamlit has no button that shows a picture, so these are the browser's own, for mouse, finger and keyboard.
_example_buttons = st.components.v2.component(
    "digit_canvas_examples",
    html="&ensp;".join(_picture_button(name, path) for name, path in EXAMPLES.items()),
    js="""export default ({ parentElement, setTriggerValue }) => {
        for (const button of parentElement.querySelectorAll("input"))
            button.onclick = () => setTriggerValue("chosen", button.alt);
    };""",
)


def choose_pictures(key: str) -> list[Picture]:
    """Show the uploader and the example pictures; return the uploads, and the example clicked after the last one."""
    # The number is part of the uploader's key. A new key makes a new uploader: there is no other way to empty it.
    uploader = st.session_state.setdefault(f"{key}_uploader", 0)
    files = st.file_uploader(
        f"Digits or whole numbers: {FORMATS_IN_WORDS}",
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
    pictures = [Picture(file.file_id, file.name, file.getvalue()) for file in files]
    return [*pictures, Picture(example, example, EXAMPLES[example].read_bytes())] if example in EXAMPLES else pictures


def remove_all(key: str) -> None:
    """Take all pictures off the page."""
    st.session_state[f"{key}_uploader"] += 1
    st.session_state.pop(f"{key}_example", None)
