"""The sheet of phone etiquette as code. Pure: no clock, no file, no socket."""
