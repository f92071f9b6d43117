"""Wallets, lots and postings; double-entry and append-only."""
