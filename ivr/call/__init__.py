"""The shell of one call: events and commands between the pure call, the line and the recogniser."""
