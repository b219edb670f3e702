"""The dashboard: `streamlit run app.py`.

The server imports this file once, for `app`; each look at a page runs it as `__main__`. Nothing is imported above the
guards, for the workers that the dashboard starts import this file too.
"""

if __name__ == "__main__":
    from clsf.ui.app import main

    main()
elif __name__ == "app":
    from streamlit import App

    from clsf.ui import door

    app = App(__file__, middleware=door.MIDDLEWARE, lifespan=door.open_until_the_end)
