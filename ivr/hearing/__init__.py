"""Hearing: from the caller's 20 ms frames to events and a verdict on the line.

The room is pure: it reads no clock, no file and no socket. Times are arguments, in seconds of any
clock that does not jump.
"""
