"""The economics of the programme: what it costs, what it brings, and what discounts do beside it."""
