"""A laboratory for tests and benches: a real Asterisk in a container and the real service.

Everything listens on loopback, on ports that were free when they were chosen, so a laboratory
disturbs neither a running hotline nor another laboratory.
"""
