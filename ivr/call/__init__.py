"""The shell of one call: it connects the pure call with the line and the recogniser."""
