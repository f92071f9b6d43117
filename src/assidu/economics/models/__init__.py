"""Pure statistics: no database, no clock; chance comes in as a seed."""
