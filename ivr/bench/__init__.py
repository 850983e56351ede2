"""Benches: measurements of the parts and of real calls, each with a BenchResult (``result.py``)."""
