"""Pictures beside what was read in them: one with all details, several as a grid; and what one takes along."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

import streamlit as st

from app_pages.parts.answer import show_bars, show_blank, show_details, show_network_input, show_verdict, two_columns
from app_pages.parts.correct import offer_correction
from app_pages.parts.number import CLICK_HINT, candidates_of, show_nothing_found, show_reading
from app_pages.parts.uploads.pictures import NOT_READ, Picture, ReadPicture, annotated_png, read_pictures, turn
from app_pages.parts.uploads.spreadsheet import in_places, readings_as_csv
from model.predictor import Predictor, number_text
from utils.words import as_markdown, counted, percent, which_of

PICTURE_SIZE_PX = 140  # small enough for a phone to show the picture and its answer at once
PICTURES_A_PAGE = 24
LINES_OF_A_CARD = 4


def show_pictures(
    pictures: list[Picture], predictor: Predictor, key: str, remove_all: Callable[[], None] | None = None
) -> None:
    """Read the pictures and show them: a single one, or that looked at closer, with all details, several as a grid."""
    read = read_pictures(pictures, predictor, key)
    closer = [of for of in read if of.picture.id == st.session_state.get(f"{key}_closer")]
    if len(read) > 1 and closer:
        st.button("All pictures", icon=":material/arrow_back:", on_click=_look_at, args=("", key), key=f"{key}_back")
        read = closer
    if len(read) == 1:
        show_picture(read[0], predictor, key)
    is_more = len(read) > 1 or any(len(of.digits) > 1 for of in read)
    with st.container(horizontal=True):
        if len(read) > 1 and remove_all:
            st.button("Remove all", icon=":material/delete:", on_click=remove_all, key=f"{key}_remove")
        if is_more:
            show_downloads(read, key)
    if is_more:
        show_text_and_table(read)
    if len(read) > 1:
        show_grid(read, predictor, key)


def _look_at(picture: str, key: str) -> None:
    st.session_state[f"{key}_closer"] = picture


def show_picture(read: ReadPicture, predictor: Predictor, key: str) -> None:
    """Show a picture beside its reading, with all details."""
    picture_and_answer = two_columns()
    with picture_and_answer.cell():
        show_file(read, width=PICTURE_SIZE_PX if len(read.digits) == 1 else "stretch")
        if read.problem:
            return
        below_picture = st.container()
    below_answer = picture_and_answer.cell()
    with below_answer:
        reading = show_reading(read.digits, f"{key}_picture")
    # A page has so many digits that what is below them is out of sight.
    with below_picture if len(read.digits) > 1 else below_answer:
        if reading:
            offer_correction(reading, predictor, key=f"{key}_picture")
            show_bars(reading.prediction, key=f"{key}_picture")
        elif number_text(read.digits):
            st.caption(CLICK_HINT)
        show_turn(read, key)
    if reading:
        show_details(reading, predictor, key=f"{key}_picture")


def show_turn(read: ReadPicture, key: str) -> None:
    """Offer to turn the picture."""
    st.button(
        "Turn",
        icon=":material/rotate_90_degrees_cw:",
        on_click=turn,
        args=(read.picture, key),
        help="If the picture lies on its side or stands on its head: turn it by a quarter to the right.",
        key=f"{key}_turn",
    )


def show_file(read: ReadPicture, width: int | Literal["stretch"]) -> None:
    """Show a picture above its name; if it could not be read, its name and why."""
    if read.problem:
        st.text(read.picture.name)  # plain text: a name may hold anything
        if read.problem == NOT_READ:
            st.info(NOT_READ)
        else:
            st.error(as_markdown(read.problem), icon=":material/broken_image:")
        return
    st.image(read.shown, width=width, alt=f"The picture {read.picture.name}")
    st.text(read.picture.name)


def show_grid(read: list[ReadPicture], predictor: Predictor, key: str) -> None:
    """Show each picture above its reading, so many on a page."""
    pages = -(-len(read) // PICTURES_A_PAGE)
    page = st.pagination(pages, key=f"{key}_page") if pages > 1 else 1
    with st.grid(3, min_column_width=PICTURE_SIZE_PX + 40):
        for number, of in [*enumerate(read)][PICTURES_A_PAGE * (page - 1) : PICTURES_A_PAGE * page]:
            with st.container(border=True):
                show_file(of, width=PICTURE_SIZE_PX)
                show_in_short(of)
                if len(of.digits) == 1:
                    offer_correction(of.digits[0].reading, predictor, key=f"{key}_picture_{number}")
                if not of.problem:
                    st.button(
                        "Look closer",
                        icon=":material/zoom_in:",
                        type="tertiary",
                        on_click=_look_at,
                        args=(of.picture.id, key),
                        key=f"{key}_closer_{of.picture.id}",
                    )


def show_in_short(read: ReadPicture) -> None:
    """Show what was read, on a card."""
    if len(read.digits) == 1 and read.digits[0].reading.prediction:
        show_verdict(read.digits[0].reading)
        show_network_input(read.digits[0].reading.steps)
    elif len(read.digits) == 1:
        show_blank(read.digits[0].reading)
    elif lines := number_text(read.digits).splitlines():
        for line in lines[:LINES_OF_A_CARD]:
            st.subheader(line, anchor=False)
        if len(lines) > LINES_OF_A_CARD:
            st.caption(f"and {counted(len(lines) - LINES_OF_A_CARD, 'more line')}")
    elif not read.problem:
        show_nothing_found()


def show_downloads(read: list[ReadPicture], key: str) -> None:
    """Offer the readings as CSV; of a single picture also the picture with the boxes."""
    st.download_button(
        "Readings as CSV",
        readings_as_csv((of.picture.name, of.digits, of.problem) for of in read),
        "readings.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
        key=f"{key}_csv",
    )
    if len(read) == 1:
        st.download_button(
            "Picture with boxes",
            partial(annotated_png, read[0]),
            f"{Path(read[0].picture.name).stem}-read.png",
            "image/png",
            on_click="ignore",
            icon=":material/download:",
            key=f"{key}_png",
        )


def show_text_and_table(read: list[ReadPicture]) -> None:
    """Show the numbers as a text to copy, and the digits as a table."""
    with st.expander("As text and as a table", icon=":material/table_rows:", expanded=len(read) == 1):
        st.code("\n".join(filter(None, (number_text(of.digits) for of in read))), language=None)
        st.dataframe(
            [
                {
                    "File": of.picture.name,
                    "Line": line,
                    "Position": position,
                    "Digit": which_of(candidates_of(digit.reading)) if candidates_of(digit.reading) else "no digit",
                    "Confidence": percent(digit.reading.prediction.confidence) if candidates_of(digit.reading) else "",
                }
                for of in read
                for line, position, digit in in_places(of.digits)
            ],
            hide_index=True,
            alt="The digits that were read, with their lines and positions",
        )
