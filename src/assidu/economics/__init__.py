"""What the programme costs and brings: what is owed, what it should bring, what it would have done."""
