"""Telephone lines in every condition, made from a seed: what the hearing room is measured on."""
