"""The conversation as a pure machine: facts in, intents out, time as an argument."""
