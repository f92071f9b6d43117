"""The programme as a document: what people write, check, compare and read aloud, and how it becomes a plan.

Pure: text comes in as an argument, nothing is stored, and no clock is read.
"""
