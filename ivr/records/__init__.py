"""What remains of a call: for now one JSON line each."""
