"""A laboratory: real Asterisk in a container and the real service, for tests and benches.

Nothing here is faked. Everything listens on loopback, on ports that were free a moment ago, so a
laboratory disturbs neither a running hotline nor another laboratory.
"""
