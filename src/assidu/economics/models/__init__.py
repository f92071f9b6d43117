"""Pure statistics: figures come in as arrays and go out as frozen values; no database, no clock, chance by seed."""
