"""What a tester writes down of a call, carried out: files, callers, verdicts, reports."""
