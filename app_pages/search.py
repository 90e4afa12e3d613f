"""What a search for a better network (`python -m model.sweep`) has found so far: a piece of the page Networks."""

import time
from pathlib import Path

import streamlit as st

from utils.jobs import sweeps_dir

SECONDS_BETWEEN_LOOKS = 5.0
SECONDS_ALIVE = 60  # a worker writes into the journal every few seconds


def show_searches() -> None:
    """Show a study of those in the state folder; how to begin one if there is none."""
    journals = sorted(sweeps_dir().glob("*.journal"), key=last_written, reverse=True)
    if not journals:
        st.caption(
            "`python -m model.sweep --network dense --trials 20` looks for a better network than the tutorials’: it "
            "tries out hidden layers, dropout, learning rates and more, and what it finds is shown here."
        )
        return
    journal = st.selectbox("Study", journals, format_func=lambda path: path.stem, key="search_study")
    if is_alive(journal):
        watch_study(journal)
    else:
        show_study(journal)


@st.fragment(run_every=SECONDS_BETWEEN_LOOKS)
def watch_study(journal: Path) -> None:
    """Show a study while workers are at it; the rest of the page does not run for it."""
    if not is_alive(journal):
        st.rerun()
    show_study(journal)


def last_written(journal: Path) -> float:
    """Return when a worker last wrote something; 0 if the journal is gone."""
    try:
        return journal.stat().st_mtime
    except OSError:
        return 0.0


def is_alive(journal: Path) -> bool:
    """Say whether workers are at it."""
    return time.time() - last_written(journal) < SECONDS_ALIVE


def show_study(journal: Path) -> None:
    """Show what a study has found, and Optuna's plots of its trials."""
    try:
        # Not before there is a study: Optuna and Plotly take half a second to import, and may not be installed.
        from model.studies import read_study
        from model.trials import as_rows, plots, summarise, training_command
    except ModuleNotFoundError as error:
        st.info(
            f"The package {error.name} is missing: `pip install -r requirements-extra.txt`", icon=":material/package_2:"
        )
        return
    try:
        study = read_study(journal)
    except ValueError as error:
        st.warning(str(error))
        return
    st.markdown(summarise(study))
    if command := training_command(study):
        st.caption("This trains its network fully:")
        st.code(command, language="sh", wrap_lines=True)
    st.dataframe(as_rows(study, is_alive(journal)), hide_index=True, alt="The trials, the newest first")
    for title, figure in plots(study).items():
        st.markdown(f"**{title}**")
        st.plotly_chart(figure, key=f"search_{title}", alt=title)
