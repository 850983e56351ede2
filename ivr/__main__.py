"""Runs the ``ivr`` command for ``python -m ivr``."""

from ivr.cli import main

main()
