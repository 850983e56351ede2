"""The sheet of phone etiquette as code: one function for each row.

The docstring of each function begins with the number of its row, so that a search for ``Row 12``
finds row 12. :mod:`ivr.etiquette.conversation` puts the rows in order, and
:mod:`ivr.etiquette.topics` chooses the row for a wish. This package is pure: it reads no clock, no
file and no socket.
"""
