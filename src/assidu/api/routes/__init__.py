"""The administrative routes, by what they are about."""
