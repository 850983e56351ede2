"""The sheet of phone etiquette as code: one function for each row.

The docstring of each function begins with the number of its row: a search for ``Row 12`` finds row
12. :mod:`ivr.etiquette.conversation` runs the rows in the order of a call, and
:mod:`ivr.etiquette.topics` chooses the row for a wish. This package is pure: it reads no clock, no
file and no socket.
"""
