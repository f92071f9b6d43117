"""People who sign in, their roles, and the trail of what they did."""
