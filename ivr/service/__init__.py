"""The running service: its parts are built from the settings, started, stopped and counted."""
