"""What the programme would have done: real history decided again, by the same core, under another plan."""
