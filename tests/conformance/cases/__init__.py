"""The stories that the vectors tell, by theme."""
