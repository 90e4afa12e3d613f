"""Which network reads: take another into use, go back, and notice when another session has done so."""

from pathlib import Path

import streamlit as st

from model.card import SHIPPED, CheckpointError
from model.runs.in_use import IN_USE_FILE, folder_in_use, previous_folder, use
from model.runs.jobs import NOTE_FILE, is_switched_off, state_dir
from utils.words import as_markdown

SECONDS_TO_NOTICE = 5.0


def offer_switch(label: str, folder: Path, key: str, icon: str = ":material/undo:", primary: bool = False) -> bool:
    """Offer a button that takes the network in `folder` into use; return whether that was done."""
    if not st.button(label, icon=icon, type="primary" if primary else "secondary", width="stretch", key=key):
        return False
    try:
        use(folder)
    except CheckpointError as error:
        st.error(as_markdown(str(error)))
        return False
    except OSError as error:
        st.error(as_markdown(f"The choice of the network cannot be saved: {error}. The one in use stays."))
        return False
    return True


def show_ways_back() -> None:
    """Offer to read with the previous network again, or the shipped one."""
    in_use, previous = folder_in_use(), previous_folder()
    ways = {"previous": previous if previous not in (in_use, SHIPPED) else None, "shipped": SHIPPED}
    for name, folder in ways.items():
        if folder and folder != in_use and offer_switch(f"Back to the {name} network", folder, f"retrain_{name}"):
            st.rerun()


def notice_changes() -> None:
    """Run the page again soon after any session has begun a training, ended one, or taken a network into use."""
    if not is_switched_off():  # if it is, nothing can change
        _look_again(_noted())


@st.fragment(run_every=SECONDS_TO_NOTICE)
def _look_again(seen: list[int]) -> None:
    if _noted() != seen:
        st.rerun()


def _noted() -> list[int]:
    # When the two files that record such changes were last written: many sessions can look at that all the time.
    files = [state_dir() / name for name in (IN_USE_FILE, NOTE_FILE)]
    return [file.stat().st_mtime_ns if file.exists() else 0 for file in files]
