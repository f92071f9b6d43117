"""What the programme owes and what it brings: liability, models of its economics, and what discounts do beside it."""
