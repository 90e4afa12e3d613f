"""Who may train, switch and delete: who knows the server's password; without one, who sits at the machine itself."""

import hmac
import time
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from model.runs.jobs import is_switched_off
from utils.words import as_markdown, duration

# What proxies add to the requests that they hand on.
FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")
ONLY_AT_THE_MACHINE = (
    "Only who sits at the computer that runs this page can train, switch and delete networks here. Whoever runs it can "
    "let others in by a password: docs/retrain.md, “On a public server”."
)
FIRST_WAIT_S, FORGOTTEN_AFTER_S = 15.0, 86_400.0
FREE_TRIES, LONGEST_WAIT_S = 5, 600.0  # of an address
FREE_TRIES_IN_ALL, LONGEST_WAIT_IN_ALL_S = 50, 60.0


@dataclass
class Tries:
    """Wrong tries in a row: so many are free, then each makes one wait twice as long as the one before."""

    free: int
    longest_wait_s: float
    wrong: int = 0
    last: float = 0.0

    def seconds_left(self, now: float) -> float:
        """Say how long to wait for the next try."""
        if self.wrong < self.free:
            return 0.0
        doublings = min(self.wrong - self.free, 20)
        return max(0.0, self.last + min(FIRST_WAIT_S * 2**doublings, self.longest_wait_s) - now)

    def count(self, now: float) -> None:
        """Count a wrong one; those of the day before are forgotten."""
        if now - self.last > FORGOTTEN_AFTER_S:
            self.wrong = 0
        self.wrong, self.last = self.wrong + 1, now


class Gate:
    """Compares passwords for all sessions; wrong ones make whoever tries wait, by address and in all.

    The count in all holds up those who have many addresses. It does not hold up who came in from the same address
    before, nor who sits at the machine, so a stranger cannot lock them out.
    """

    def __init__(self):
        self._lock = Lock()
        self._by_address: dict[str, Tries] = {}
        self._in_all = Tries(FREE_TRIES_IN_ALL, LONGEST_WAIT_IN_ALL_S)
        self._known = {""}  # the machine itself

    def opens(self, password: str, given: str, address: str) -> bool:
        """Say whether the password is right.

        Parameters
        ----------
        password, given : str
        address : str
            Where it comes from; empty for the machine itself.

        Raises
        ------
        PermissionError
            If there were too many wrong tries; the message says how long to wait. The password is not looked at.
        """
        with self._lock:
            now = time.monotonic()
            here = self._by_address.get(address) or Tries(FREE_TRIES, LONGEST_WAIT_S)
            wait = max(here.seconds_left(now), 0 if address in self._known else self._in_all.seconds_left(now))
            if wait:
                raise PermissionError(f"There were too many wrong tries. Try again in {duration(wait)}.")
            # In constant time, so that nobody learns from it how much of a guess was right.
            if hmac.compare_digest(given.encode(), password.encode()):
                self._known.add(address)
                self._by_address.pop(address, None)
                return True
            here.count(now)
            self._in_all.count(now)
            self._by_address[address] = here
            return False


# Not in Streamlit's caches, which any visitor can empty.
_gate = Gate()


def is_permitted() -> bool:
    """Say whether this session may train, and change which networks there are and which one reads."""
    if is_switched_off():
        return False
    try:
        password = read_secret("password")
    except PermissionError:
        return False
    return is_local() if password is None else st.session_state.get("permitted") == password


def has_password() -> bool:
    """Say whether the server has a password; one that cannot be read locks as well."""
    try:
        return read_secret("password") is not None
    except PermissionError:
        return True


def is_local() -> bool:
    """Say whether the page is looked at on the machine that it runs on, and not by way of a proxy there."""
    headers = st.context.headers
    if _address() or any(name in headers for name in FORWARDING_HEADERS):
        return False
    # A proxy may add nothing; but a browser says which address it has the page from.
    return _is_loopback(urlsplit(headers.get("Origin", "http://localhost")).hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _address() -> str:
    """Return the address that the session comes from; behind a proxy, with what that one says; "" for this machine."""
    peer, forwarded = st.context.ip_address, st.context.headers.get("X-Forwarded-For")
    if forwarded:  # its last entry is of the proxy that is nearest; the others anybody can make up
        return f"{peer or ''} {forwarded.rpartition(',')[2].strip()}"[:100]
    return "" if peer is None or _is_loopback(peer) else peer


def ask_password() -> None:
    """Ask for the password; where there is none, say who may do what this session may not."""
    if is_switched_off():
        return
    try:
        password = read_secret("password")
        if password is None:
            st.info(ONLY_AT_THE_MACHINE, icon=":material/lock:")
            return
        with st.form("password_form", border=False):
            given = st.text_input("Password", type="password", key="password_given")
            if not st.form_submit_button("Go on", key="password_submit"):
                return
        right = _gate.opens(password, given, _address())
    except PermissionError as error:
        st.error(as_markdown(str(error)), icon=":material/lock:")
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
