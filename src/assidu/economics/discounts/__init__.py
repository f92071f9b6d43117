"""What discounts did in the recorded history of a programme, and the same history with a share of them as points."""
