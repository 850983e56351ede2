"""Measurements on real calls, one command each, all speaking one language (see ``result``)."""
