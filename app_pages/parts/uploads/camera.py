"""The camera tab: take a picture of what is held to the camera."""

import streamlit as st

from app_pages.parts.uploads.pictures import Picture


def take_picture(key: str) -> list[Picture]:
    """Show the camera; return the picture that was taken, if there is one."""
    photo = st.camera_input(
        "Hold a note to the camera, or the camera to a note", resolution="1080p", key=f"{key}_photo"
    )
    if photo:
        return [Picture(photo.file_id, "photo.jpg", photo.getvalue())]
    st.caption(
        "No picture here? Then there is no camera, or the browser may not use it. Allow it beside the page’s address, "
        "or take the photo with another app and upload it."
    )
    return []
