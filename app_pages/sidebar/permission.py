"""Who may train, switch and delete networks: whoever knows the server's password.

A server without a password permits it to those who sit at the machine itself.
"""

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

# Headers that proxies add to the requests that they pass on.
FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")
ONLY_AT_THE_MACHINE = (
    "Only someone at the computer that runs this page can train, switch and delete networks here. Whoever runs the "
    "page can let others do so with a password: docs/retrain.md, “On a public server”."
)
# After so many wrong passwords each further one makes wait: those of one address, and those of all together.
FREE_TRIES = 5
LONGEST_WAIT_S = 600.0
FREE_TRIES_IN_ALL = 50
LONGEST_WAIT_IN_ALL_S = 60.0
FIRST_WAIT_S = 15.0
FORGOTTEN_AFTER_S = 86_400.0


@dataclass
class Tries:
    """Wrong passwords in a row. The first ones are free, then each doubles the wait before the next try.

    Attributes
    ----------
    free : int
        How many are free.
    longest_wait_s : float
        The wait stops growing here.
    wrong : int
        How many there were.
    last : float
        When the last one came (`time.monotonic`).
    """

    free: int
    longest_wait_s: float
    wrong: int = 0
    last: float = 0.0

    def seconds_left(self, now: float) -> float:
        """Say how long to wait before the next try, at the time `now` (`time.monotonic`)."""
        if self.wrong < self.free:
            return 0.0
        doublings = min(self.wrong - self.free, 20)
        return max(0.0, self.last + min(FIRST_WAIT_S * 2**doublings, self.longest_wait_s) - now)

    def count(self, now: float) -> None:
        """Count a wrong password; those before it are forgotten if the last one is more than a day old."""
        if now - self.last > FORGOTTEN_AFTER_S:
            self.wrong = 0
        self.wrong, self.last = self.wrong + 1, now


class Gate:
    """Checks passwords for all sessions. Wrong ones are counted for each address, and for all addresses together.

    Too many wrong ones make their address wait. Too many from all together, as from a stranger with many addresses,
    make everybody wait, except at the machine itself and at addresses that gave the right password before: a stranger
    cannot lock these out.
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
        password : str
            The right one.
        given : str
            What the user typed.
        address : str
            Where the user is; empty for the machine itself.

        Raises
        ------
        PermissionError
            If there were too many wrong tries; the message says how long to wait. Then `given` is not looked at.
        """
        with self._lock:
            now = time.monotonic()
            here = self._by_address.get(address) or Tries(FREE_TRIES, LONGEST_WAIT_S)
            wait = max(here.seconds_left(now), 0 if address in self._known else self._in_all.seconds_left(now))
            if wait:
                raise PermissionError(f"There were too many wrong tries. Try again in {duration(wait)}.")
            # In constant time, so that nobody can tell from the time how much of a guess was right.
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
    """Say whether this session may train, switch, rename and delete networks."""
    if is_switched_off():
        return False
    try:
        password = read_secret("password")
    except PermissionError:
        return False
    return is_local() if password is None else st.session_state.get("permitted") == password


def has_password() -> bool:
    """Say whether the server has a password; also True if its file of secrets cannot be read, which locks as well."""
    try:
        return read_secret("password") is not None
    except PermissionError:
        return True


def is_local() -> bool:
    """Say whether the user is at the machine that the page runs on, and not behind a proxy that runs there."""
    headers = st.context.headers
    if _address() or any(name in headers for name in FORWARDING_HEADERS):
        return False
    # Some proxies add no header, but the browser says from which address it got the page.
    return _is_loopback(urlsplit(headers.get("Origin", "http://localhost")).hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _address() -> str:
    """Return the address of the user; "" for this machine; behind a proxy, the proxy's address and the one it tells."""
    peer, forwarded = st.context.ip_address, st.context.headers.get("X-Forwarded-For")
    if forwarded:  # the nearest proxy wrote the last entry; anybody can make up the others
        return f"{peer or ''} {forwarded.rpartition(',')[2].strip()}"[:100]
    return "" if peer is None or _is_loopback(peer) else peer


def ask_password() -> None:
    """Ask for the password; if the server has none, say who may train, switch and delete."""
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
    """Read a secret from ``.streamlit/secrets.toml``; None if it is not there.

    Raises
    ------
    PermissionError
        If the file of secrets is there but cannot be read.
    """
    try:
        secret = st.secrets.get(name)
    except StreamlitSecretNotFoundError as error:
        # A file that is there but cannot be read must lock, not open.
        if any(Path(path).exists() for path in st.get_option("secrets.files")):
            raise PermissionError(
                "The server’s file of secrets cannot be read: whoever runs the server has to mend it."
            ) from error
        return None
    return None if secret is None else str(secret)
