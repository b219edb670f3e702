"""The dashboard: `streamlit run app.py`.

Streamlit imports this file for the web server, then runs it for each reader. Nothing is imported above the guards, for the
workers that the dashboard starts import it again.
"""

if __name__ == "__main__":
    from clsf.ui.app import main

    main()
elif __name__ == "app":
    from streamlit import App

    from clsf.ui import door

    app = App(__file__, middleware=door.MIDDLEWARE, lifespan=door.open_until_the_end)
