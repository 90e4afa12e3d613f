"""Download: a network in any format, with its card and the code that prepares a picture for it."""

from pathlib import Path

import streamlit as st

from app_pages.sidebar.permission import is_permitted
from model.card import KERAS_FILE
from model.export.download import export_as_zip
from model.export.formats import COPIED, FORMATS, ExportError, export_name
from model.runs.jobs import is_installed
from utils.words import as_markdown


@st.fragment  # the page does not wait while the file is written
def offer_download(folder: Path, key: str) -> None:
    """Let the user choose a format, and download the network in `folder` in it."""
    may_write, has_keras = is_permitted() and is_installed(), (folder / KERAS_FILE).exists()
    with st.popover("Download", icon=":material/download:", width="stretch", key=f"{key}_download_open"):
        name = st.selectbox(
            "Format",
            ["litert"] if not has_keras else FORMATS if may_write else COPIED,
            index=None,
            format_func=lambda name: FORMATS[name].title,
            placeholder="Choose a format",
            key=f"{key}_format_{folder.name}",  # a format chosen for one network is not chosen for another
        )
        if name is None:
            st.caption("With the network come its card and the code that prepares a picture for it.")
            if not has_keras:
                st.caption("LiteRT alone: other formats are made from `model.keras`, which this network came without.")
            elif not may_write:
                st.caption(
                    "Only those who may train here can get the other formats, and only where training is installed."
                )
            return
        st.caption(FORMATS[name].use)
        try:
            written = _export(folder, name)
        except ExportError as error:
            st.error(as_markdown(str(error)))
            return
        st.download_button(
            "Download",
            written,
            f"{export_name(folder, name)}.zip",
            type="primary",
            icon=":material/download:",
            width="stretch",
            key=f"{key}_download",
            on_click="ignore",
        )


@st.cache_data(max_entries=12, show_spinner="Writing the file …")
def _export(folder: Path, name: str) -> bytes:
    return export_as_zip(folder, name)
