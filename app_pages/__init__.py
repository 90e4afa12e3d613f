"""What the user sees: the only folder, with app.py, that imports Streamlit."""
