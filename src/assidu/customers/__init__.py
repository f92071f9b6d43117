"""Profiles, identities, merges, erasure: the only room that holds personal data."""
