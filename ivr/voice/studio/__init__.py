"""A speaker in a studio: what they read, how their session is cut, and the engine that uses it."""
