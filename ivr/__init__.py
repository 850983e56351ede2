"""The hotline: an automatic attendant for Asterisk that keeps to a sheet of phone etiquette."""

__version__ = "0.1.0"
