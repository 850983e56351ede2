"""What remains of calls: the spool, the database, tickets."""
