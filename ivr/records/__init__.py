"""The records of calls: spool, database, tickets, notifications and recordings."""
