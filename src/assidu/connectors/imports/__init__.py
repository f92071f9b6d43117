"""The import: files read in parallel, decided in the order of time by customer, written in bulk; restartable."""
