"""Trials of plans in the words and charts of a page."""
