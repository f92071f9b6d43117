"""The smallest valid object of each concept, for any test to start from."""
