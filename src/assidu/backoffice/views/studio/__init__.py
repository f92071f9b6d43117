"""The economics of a programme on the screen, a page for each question."""
