"""The shell of one call: it connects the call's state machine with the line and the recogniser."""
