"""The studio: what the programme owes, what it should bring, what it would have done, what discounts do."""
