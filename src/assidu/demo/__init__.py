"""The demo: a real grocer's year, told as the files that a French retailer's systems would export."""
