"""Reads what another system exported (CSV, JSON Lines, Parquet) as its mapping file explains it."""
