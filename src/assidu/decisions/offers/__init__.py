"""Offers on a ticket: who meets them, what they take off or give, what is noted of those that a till applied."""
