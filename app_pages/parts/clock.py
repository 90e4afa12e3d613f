"""The time where the user is."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st


def local_now() -> datetime:
    """Return the present time in the browser's time zone; in UTC if the browser names none that this machine knows."""
    try:
        return datetime.now(ZoneInfo(st.context.timezone))
    except (TypeError, ValueError, KeyError, OSError):  # no name, not a valid one, or not known here
        return datetime.now(UTC)
