"""The conversation as a pure state machine: it takes events with their times and gives commands."""
