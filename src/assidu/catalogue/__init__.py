"""Stores and products."""
