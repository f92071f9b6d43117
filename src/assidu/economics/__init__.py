"""What the programme owes and what it brings: liability, and models of its economics."""
