"""The records of calls: spool (files on the disk), database, tickets, notifications, recordings."""
