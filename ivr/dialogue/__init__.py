"""The conversation as a pure state machine: events in, commands out, time as an argument."""
