"""What may be wrong with each mechanic of a document, beyond types. ``assidu.plans.check`` asks them all."""
