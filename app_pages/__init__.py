"""What the user sees. Of the app, only this folder and app.py import Streamlit."""
