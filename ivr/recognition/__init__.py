"""Speech to words: Vosk at the telephone's rate, and the tiny model of our own."""
