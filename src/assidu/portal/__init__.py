"""What customers themselves see: their statement, behind a signed link, and the form with which they join."""
