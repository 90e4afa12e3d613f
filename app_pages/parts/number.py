"""A number on a page: large, and under it each digit as the network saw it, to be opened with a click."""

from functools import partial

import streamlit as st

from app_pages.parts.answer import show_answer
from model.predictor import Digit, Reading, number_text
from utils.pictures.pixels import to_data_url
from utils.preprocess import IMAGE_SIZE_PX
from utils.words import percent, which_of

MAX_LARGE_DIGITS = 8  # so many fit beside the canvas in the largest type
CARD_PICTURE_PX = 2 * IMAGE_SIZE_PX
CLICK_HINT = "Click on a digit to see how likely each other one is, how it is read, and why."

# Streamlit has no button that shows a picture, so these are the browser's own, for mouse, finger and keyboard.
_digit_buttons = st.components.v2.component(
    "digit_canvas_digits",
    html="<section></section>",
    css=f"""
        section > div {{
            display: grid; grid-template-columns: repeat(auto-fill, minmax(60px, 1fr)); gap: 4px; margin-bottom: 4px;
        }}
        button {{
            align-self: start; padding: 3px; cursor: pointer; background: none;
            border: 1px solid transparent; border-radius: var(--st-button-radius);
            color: var(--st-text-color); font: 600 0.875rem var(--st-font);
        }}
        button:hover {{ border-color: var(--st-widget-border-color); }}
        button:focus-visible, button[aria-pressed="true"] {{ border-color: var(--st-primary-color); outline: none; }}
        button.unsure {{ color: var(--st-orange-text-color); }}
        button.none {{ color: var(--st-gray-text-color); font-weight: 400; }}
        button.none img {{ opacity: 0.4; }}
        img {{ width: 100%; max-width: {CARD_PICTURE_PX}px; display: block; margin: auto; border-radius: 4px; }}
        small {{ font: 0.75rem var(--st-font); white-space: nowrap; }}
    """,
    js="""export default ({ parentElement, data, setTriggerValue }) => {
        const section = parentElement.querySelector("section");
        const focused = [...section.querySelectorAll("button")].indexOf(section.getRootNode().activeElement);
        section.replaceChildren(...data.map(digits => {
            const line = document.createElement("div");
            line.append(...digits.map(({ place, picture, label, sure, kind, open }) => {
                const [button, image, small] = ["button", "img", "small"].map(tag => document.createElement(tag));
                Object.assign(image, { src: picture, alt: "" });
                small.textContent = sure;
                button.append(image, label, " ", small);
                button.className = kind;
                button.ariaPressed = open;
                button.onclick = () => setTriggerValue("clicked", place);
                return button;
            }));
            return line;
        }));
        section.querySelectorAll("button")[focused]?.focus();
    };""",
)


def show_reading(digits: list[Digit], key: str, still_drawing: bool = False) -> Reading | None:
    """Show what was read: one digit beside what the network saw, several as a number above its digits.

    Parameters
    ----------
    digits : list of Digit
        What was found, in reading order.
    key : str
        What the keys of the widgets begin with.
    still_drawing : bool
        Whether more strokes may come. Meanwhile the page does not say that something is no digit.

    Returns
    -------
    Reading or None
        What to show more of: the one digit, or the one of the number that is open; None if there is none.
    """
    if not digits:
        show_nothing_found()
        return None
    if len(digits) == 1:
        show_answer(digits[0].reading, still_drawing)
        return digits[0].reading if digits[0].reading.prediction else None
    with st.container(gap="xsmall"):
        show_number(number_text(digits), still_drawing)
        return choose_digit(digits, key, still_drawing)


def is_unfinished(digits: list[Digit]) -> bool:
    """Say whether something is no digit yet."""
    return any(digit.reading.prediction and not digit.reading.prediction.is_digit for digit in digits)


def show_number(text: str, still_drawing: bool = False) -> None:
    """Show the numbers, a line each: the shorter, the larger."""
    if not text and still_drawing:
        st.metric("The network reads", "…", label_visibility="collapsed")
    elif not text:
        show_nothing_found()
    elif len(text) <= MAX_LARGE_DIGITS and "\n" not in text:
        st.metric("The network reads", text, label_visibility="collapsed")
    else:
        with st.container(gap=None):
            for line in text.splitlines():
                st.header(line, anchor=False)


def show_nothing_found() -> None:
    """Say that there are no digits, and what helps."""
    st.info(
        "It helps if they are upright and large, and a photograph is in focus.",
        title="No digits were found",
        icon=":material/search_off:",
    )


def choose_digit(digits: list[Digit], key: str, still_drawing: bool = False) -> Reading | None:
    """Show each digit as the network saw it; return the one clicked, else the first in doubt, else None."""
    readings = [digit.reading for digit in digits]
    in_doubt = (place for place, reading in enumerate(readings) if len(candidates_of(reading)) > 1)
    pictures = [reading.steps.image.tobytes() for reading in readings]
    # Its place, and its picture: in the next number another one is in its place.
    place, clicked = st.session_state.get(f"{key}_digit", (0, b""))
    if pictures[place : place + 1] != [clicked]:
        place = pictures.index(clicked) if clicked in pictures else next(in_doubt, None)
    lines = {digit.line: [] for digit in digits}
    for number, digit in enumerate(digits):
        lines[digit.line].append(_card(digit.reading, still_drawing) | {"place": number, "open": number == place})
    _digit_buttons(data=[*lines.values()], key=f"{key}_digits", on_clicked_change=partial(_open, key, pictures))
    return None if place is None else readings[place]


def _open(key: str, pictures: list[bytes]) -> None:
    place = st.session_state[f"{key}_digits"].clicked
    if place < len(pictures):  # else the click was on a number before
        st.session_state[f"{key}_digit"] = place, pictures[place]


def candidates_of(reading: Reading) -> tuple[int, ...]:
    """Return the digits to name: one; several if it is in doubt; none if it is no digit."""
    return reading.prediction.candidates if reading.prediction and reading.prediction.is_digit else ()


def _card(reading: Reading, still_drawing: bool) -> dict[str, str]:
    candidates = candidates_of(reading)
    return {
        "kind": "unsure" if len(candidates) > 1 else "sure" if candidates else "none",
        "picture": to_data_url(reading.steps.image, IMAGE_SIZE_PX),
        "label": which_of(candidates) if candidates else "…" if still_drawing else "no digit",
        "sure": percent(reading.prediction.confidence) if candidates else "",
    }
