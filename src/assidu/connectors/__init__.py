"""How other systems' data comes in: files with a mapping today, read, decided in order and written in bulk."""
