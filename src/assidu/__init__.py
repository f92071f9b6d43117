"""Assidu keeps the customers of a brand: every consequence is decided by one pure function, then done."""

__version__ = "0.1.0"
