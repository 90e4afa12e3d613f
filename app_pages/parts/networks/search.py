"""What searches for a better network (`python -m model.search`) have found so far: a part of the page Networks."""

import time
from pathlib import Path

import streamlit as st

from app_pages.sidebar.permission import read_secret
from model.runs.jobs import sweeps_dir
from utils.words import as_markdown

SECONDS_BETWEEN_LOOKS = 5.0
SECONDS_ALIVE = 60  # a worker that has a trial writes into its file every ten seconds
DATABASE = "sweep_storage"  # the secret that holds the address of a database


def show_searches() -> None:
    """Let the user choose a study, and show it; if there is none, say how to begin one.

    Studies lie in the state folder, and in the database that the server's secrets name.
    """
    kept = [str(file) for file in sorted(sweeps_dir().glob("*.db"), key=last_written, reverse=True)]
    try:
        database = read_secret(DATABASE)
    except PermissionError as error:
        st.warning(as_markdown(str(error)))
        database = None
    if database:
        kept.append(database)
    if not kept:
        st.caption(
            "`python -m model.search --network dense --trials 20` looks for a better network than the tutorials’: it "
            "tries out hidden layers, dropout, learning rates and more, and what it finds is shown here."
        )
        return
    where = st.selectbox(
        "Study",
        kept,
        format_func=lambda where: "In the database" if where == database else Path(where).stem,
        key="search_kept",
    )
    if is_alive(where):
        watch_study(where)
    else:
        show_study(where)


@st.fragment(run_every=SECONDS_BETWEEN_LOOKS)
def watch_study(where: str) -> None:
    """Show a study again and again while workers may be searching; the rest of the page does not run again."""
    if not is_alive(where):
        st.rerun()
    show_study(where)


def last_written(file: Path) -> float:
    """Return when a worker last wrote into a file, in seconds since 1970; 0 if the file is gone."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def is_alive(where: str) -> bool:
    """Say whether workers may be searching.

    They write into a SQLite file every few seconds. Of a database on a server it is not known: the answer is yes.
    """
    return "://" in where or time.time() - last_written(Path(where)) < SECONDS_ALIVE


def show_study(where: str) -> None:
    """Show what a study has found, and Optuna's plots of its trials."""
    try:
        # Imported only when there is a study: Optuna and Plotly take half a second, and may not be installed.
        from model.search.studies import read_studies
        from model.search.trials import as_rows, plots, summarise, training_command
    except ModuleNotFoundError as error:
        st.info(
            f"The package {error.name} is missing: `pip install -r requirements-extra.txt`", icon=":material/package_2:"
        )
        return
    try:
        studies = read_studies(where)
    except ValueError as error:
        st.warning(as_markdown(str(error)))
        return
    names = list(studies)
    study = studies[st.selectbox("Which of its studies", names, key="search_study") if len(names) > 1 else names[0]]
    st.markdown(summarise(study))
    if command := training_command(study):
        st.caption("This trains its network fully:")
        st.code(command, language="sh", wrap_lines=True)
    rows = as_rows(study, is_alive(where))
    st.dataframe(rows, hide_index=True, alt="The trials, the newest first")
    for title, figure in plots(study).items():
        st.markdown(f"**{title}**")
        st.plotly_chart(figure, key=f"search_{title}", alt=title)
