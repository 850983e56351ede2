"""Tests. Their sentences are the English ones, whatever the locale of the machine is."""

import os

os.environ["LANGUAGE"] = "C"
