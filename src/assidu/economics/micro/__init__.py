"""What a plan would have done to this brand's own customers, with what they might have answered to it."""
