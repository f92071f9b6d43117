"""What people write, YAML or JSON, read into a document: every mistake told at once, each with its line."""

from assidu.plans.reading.reader import Reading, read, read_as

__all__ = ["Reading", "read", "read_as"]
