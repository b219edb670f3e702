"""`python -m clsf`: the same parts as the dashboard, without a browser."""

from clsf.cli.main import main

if __name__ == "__main__":  # worker processes import this file too
    raise SystemExit(main())
