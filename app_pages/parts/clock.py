"""The clock of whoever looks at the page."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st


def local_now() -> datetime:
    """Return the present time in the browser's time zone; in UTC where the browser or this machine doesn't know it."""
    try:
        return datetime.now(ZoneInfo(st.context.timezone))
    except (TypeError, ValueError, KeyError, OSError):  # none told, no name of one, none of this name here
        return datetime.now(UTC)
