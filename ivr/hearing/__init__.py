"""Hearing: turns the caller's audio frames (20 ms each) into events, such as the start of speech,
and into a verdict on the caller's line (its condition and the reason).

The package is pure: it reads no clock, no file and no socket. Every time is an argument, in seconds
of the call's clock (`now`), which may be any clock that does not jump.
"""
