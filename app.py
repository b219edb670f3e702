"""The dashboard: `streamlit run app.py`.

The server imports this file once, for `app`; each look at a page runs it as `__main__`. Nothing is imported above the
guards, for the workers that the dashboard starts import this file too.
"""

if __name__ == "__main__":
    from clsf.ui.app import main

    main()
elif __name__ == "app":
    import streamlit as st

    from clsf.ui.server import MIDDLEWARE

    app = st.App(__file__, middleware=MIDDLEWARE)
