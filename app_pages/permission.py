"""Who may train, and change which network reads: everybody, unless the server has a password."""

import hmac
import time
from pathlib import Path
from threading import Lock

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from utils.jobs import is_switched_off

TRIES_A_MINUTE = 5


class Gate:
    """Compares passwords for all sessions, so many a minute."""

    def __init__(self):
        self._lock, self._tries = Lock(), []

    def opens(self, password: str, given: str) -> bool:
        """Say whether the password is right.

        Raises
        ------
        PermissionError
            If there were too many wrong tries in the last minute, by whomever.
        """
        with self._lock:
            now = time.monotonic()
            self._tries = [tried for tried in self._tries if now - tried < 60]
            if len(self._tries) >= TRIES_A_MINUTE:
                raise PermissionError("There were too many wrong tries. Try again in a minute.")
            # In constant time, so that nobody learns from it how much of a guess was right.
            right = hmac.compare_digest(given.encode(), password.encode())
            if not right:
                self._tries.append(now)
            return right


@st.cache_resource(show_spinner=False)
def _gate() -> Gate:
    return Gate()


def is_permitted() -> bool:
    """Say whether this session may train and change which network reads."""
    if is_switched_off():
        return False
    try:
        password = read_secret("password")
        return password is None or st.session_state.get("permitted") == password
    except PermissionError:
        return False


def ask_password() -> None:
    """Ask for the password."""
    with st.form("password_form", border=False):
        given = st.text_input("Password", type="password", key="password_given")
        if not st.form_submit_button("Go on", key="password_submit"):
            return
    try:
        password = read_secret("password")
        right = _gate().opens(password, given)
    except PermissionError as error:
        st.error(str(error), icon=":material/lock:")
        return
    if not right:
        st.error("That is not the password.", icon=":material/lock:")
        return
    st.session_state["permitted"] = password
    st.rerun()


def read_secret(name: str) -> str | None:
    """Read a line of ``.streamlit/secrets.toml``; None if there is none.

    Raises
    ------
    PermissionError
        If there is a file of secrets that cannot be read.
    """
    try:
        secret = st.secrets.get(name)
    except StreamlitSecretNotFoundError as error:
        # A file that is there but cannot be read must lock, not open.
        if any(Path(path).exists() for path in st.get_option("secrets.files")):
            raise PermissionError(
                "The server’s file of secrets cannot be read: whoever runs it has to look."
            ) from error
        return None
    return None if secret is None else str(secret)
