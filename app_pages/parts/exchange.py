"""Take corrections along as a file, and bring them back."""

import io
from collections.abc import Iterator

import streamlit as st

from model.corrections.files import read_file, write_npz, write_zip
from model.corrections.store import Correction, Corrections
from utils.words import as_markdown

KINDS = {
    "zip": ("Pictures and a table (.zip)", write_zip),
    "npz": ("Images and labels like MNIST’s (.npz)", write_npz),
}
MAX_UPLOAD_MB = 200
MOST_PROBLEMS = 20  # to be shown
CORRECTIONS_A_STEP = 500  # of the progress bar


def offer_export(store: Corrections, count: int) -> None:
    """Let the user download all corrections."""
    with st.popover("Export", icon=":material/download:", disabled=not count, key="corrections_export_open"):
        kind = st.radio("As", KINDS, format_func=lambda kind: KINDS[kind][0], key="corrections_export_kind")
        if not st.button("Write the file", key="corrections_export"):
            return
        _, write = KINDS[kind]
        file = io.BytesIO()
        write(_telling(store.each(), count), file)
        st.download_button(
            "Download",
            file,
            f"corrections.{kind}",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            key="corrections_download",
        )


def _telling(corrections: Iterator[Correction], count: int) -> Iterator[Correction]:
    bar = st.progress(0.0, "Writing …")
    for number, correction in enumerate(corrections):
        if number % CORRECTIONS_A_STEP == 0:
            bar.progress(min(1.0, number / count), "Writing …")
        yield correction
    bar.empty()


def offer_import(store: Corrections) -> None:
    """Let the user upload corrections: all of a file are stored, or, if any is bad, none."""
    with st.popover("Import", icon=":material/upload:", key="corrections_import_open"):
        file = st.file_uploader(
            "A file as Export writes it",
            type=[*KINDS],
            max_upload_size=MAX_UPLOAD_MB,
            help="A zip has PNGs, dark ink on white paper, and `labels.csv` with the columns `file` and `label`: 0 to "
            "9, or 10 for what is not a digit. An `.npz` has `x`, (n, 28, 28) uint8, paper 0 and ink 255, and `y`, the "
            "labels.",
            key="corrections_import_file",
        )
        if not st.button("Import", disabled=file is None, type="primary", key="corrections_import"):
            return
        bar = st.progress(0.0, "Reading …")
        try:
            corrections, problems = read_file(file.getvalue(), lambda share: bar.progress(share, "Reading …"))
        except ValueError as error:
            bar.empty()
            st.error(as_markdown(str(error)), title="Nothing was imported")
            return
        bar.empty()
        if problems:
            more = [f"and {len(problems) - MOST_PROBLEMS:,} more"] if len(problems) > MOST_PROBLEMS else []
            lines = "\n".join(f"- {as_markdown(line)}" for line in (problems[:MOST_PROBLEMS] + more))
            st.error(f"Mend these, or take them out of the file:\n\n{lines}", title="Nothing was imported")
            return
        new = store.add_all(corrections)
        st.success(f"{new:,} imported, {len(corrections) - new:,} were there already.")
