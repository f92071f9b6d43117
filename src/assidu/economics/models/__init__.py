"""Pure: everything statistical. Figures come in as arguments; no database, clock or chance of its own."""
