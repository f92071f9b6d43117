"""Indicators drawn from the ledger and the events."""
