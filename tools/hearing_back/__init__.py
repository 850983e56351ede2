"""A recogniser trained on recordings of people: it hears the rendered prompts back.

It measures how well a voice is understood. It is no part of the product, and its weights are not
kept: README.md says how to train them, and what was measured.
"""
