"""The live programme: plan versions, tiers, counters, recorded decisions."""
