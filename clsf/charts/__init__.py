"""Values in, Plotly figures out, as plain dictionaries. Nothing here knows Streamlit, a page or a language."""
