"""The dashboard: `streamlit run app.py`.

Nothing is imported above the guard, for the workers that the dashboard starts import this file again.
"""

if __name__ == "__main__":
    from clsf.ui.app import main

    main()
