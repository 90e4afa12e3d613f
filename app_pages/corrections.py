"""Corrections: the drawings that people labelled; look through them, relabel, delete, take along and bring back."""

from functools import partial

import streamlit as st

from app_pages.parts.correct import attempt, name_label
from app_pages.parts.exchange import offer_export, offer_import
from app_pages.parts.shared import get_predictor
from app_pages.sidebar.permission import is_permitted
from model.corrections.doubts import find_doubtful
from model.corrections.store import LABELS, Correction, Corrections, CorrectionsError
from model.runs.jobs import is_switched_off
from utils.pictures.pixels import to_data_url
from utils.words import as_markdown

ALL = "all"
PAGE_SIZE = 24
MOST_DOUBTED = 2000  # of the newest, each is compared with each
THUMBNAIL_SIZE_PX = 112
DOUBTED_HELP = (
    "Their label is unlikely by what the network reads and by the other corrections that look alike. Have a look: with "
    "a wrong label the network learns something wrong. The likeliest wrong comes first."
)


def choose_label(counts: list[int]) -> int | None:
    """Let the user choose a label to look at; None stands for all."""
    names = {ALL: f"All ({sum(counts):,})"}
    names |= {label: f"{name_label(label).capitalize()} ({counts[label]:,})" for label in LABELS}
    chosen = st.pills("Label", names, default=ALL, required=True, format_func=names.get, key="corrections_label")
    return None if chosen == ALL else chosen


def show_correction(correction: Correction, store: Corrections) -> None:
    """Show a drawing, its label and what was read, with buttons to relabel and to delete it."""
    st.image(
        to_data_url(correction.image, THUMBNAIL_SIZE_PX),
        alt=f"A drawing labelled {name_label(correction.label)}",
    )
    read = "" if correction.predicted is None else f", read as {name_label(correction.predicted)}"
    st.markdown(f"**{name_label(correction.label)}**{read}")
    key, which = f"corrections_{correction.id}", (correction.id, correction.drawing_sha256)
    with st.container(gap="xsmall"):
        st.menu_button(
            "It was…",
            [label for label in LABELS if label != correction.label],
            format_func=name_label,
            on_click=lambda: attempt(partial(store.relabel, *which, st.session_state[f"{key}_was"])),
            width="stretch",
            key=f"{key}_was",
        )
        remove = partial(store.remove, *which)
        st.button("Delete", on_click=attempt, args=(remove,), width="stretch", key=f"{key}_delete")


def show_grid(corrections: list[Correction], store: Corrections) -> None:
    """Show corrections beside each other."""
    with st.grid(6, min_column_width=THUMBNAIL_SIZE_PX + 40):
        for correction in corrections:
            with st.container(border=True):
                show_correction(correction, store)


def offer_to_clear(store: Corrections, count: int) -> None:
    """Let the user delete all corrections, once they have said twice that they want to."""
    with st.popover("Delete all", icon=":material/delete:", disabled=not count, key="corrections_clear_open"):
        sure = st.checkbox(f"Delete all {count:,}. This cannot be undone.", key="corrections_clear_sure")
        st.button(
            "Delete them",
            type="primary",
            disabled=not sure,
            on_click=attempt,
            args=(store.clear,),
            key="corrections_clear",
        )


st.title("Corrections", anchor=False)
st.markdown("Drawings and pictures that people labelled with *Right* or *It was…*, for a network to learn from.")
if not is_permitted():
    st.info(
        "Training is switched off here, and so is this page."
        if is_switched_off()
        else "Those who may train here can look through them: see *Retrain* in the sidebar.",
        icon=":material/lock:",
    )
    st.stop()
try:
    store = Corrections()
    tools = st.container(horizontal=True)
    with tools:
        offer_import(store)
    only_wrong = st.toggle("Only what was read wrong", key="corrections_only_wrong")
    counts = store.count_labels(only_wrong)
    total = sum(counts) if not only_wrong else store.count()
    with tools:
        offer_export(store, total)
        offer_to_clear(store, total)
    only_doubtful = st.toggle(
        "Only labels that are likely wrong", disabled=not total, help=DOUBTED_HELP, key="corrections_only_doubtful"
    )
    label = choose_label(counts)
    if only_doubtful and total:
        doubtful = find_doubtful(store.page(0, MOST_DOUBTED), get_predictor())
        chosen = [
            correction
            for correction in doubtful
            if label in (None, correction.label) and (correction.was_read_wrong or not only_wrong)
        ]
        if not chosen:
            st.info("None of these looks wrong.")
        show_grid(chosen[:PAGE_SIZE], store)
        st.stop()
    count = sum(counts) if label is None else counts[label]
    if not count:
        st.info("There are none." if total else "There are none yet: say under *Read a digit* what a drawing was.")
        st.stop()
    grid = st.container()
    pages = -(-count // PAGE_SIZE)
    page = st.pagination(pages, key=f"corrections_page_{label}_{only_wrong}") if pages > 1 else 1
    with grid:
        show_grid(store.page((page - 1) * PAGE_SIZE, PAGE_SIZE, label, only_wrong), store)
except CorrectionsError as error:
    st.warning(as_markdown(str(error)), icon=":material/database_off:")
