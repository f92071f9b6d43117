"""Vectors from which a till in another language can prove that it decides alike (``conformance/`` holds them)."""
