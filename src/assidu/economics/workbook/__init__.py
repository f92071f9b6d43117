"""Spreadsheets to take away, whose formulas live: what is assumed can be changed there, and the result follows."""
