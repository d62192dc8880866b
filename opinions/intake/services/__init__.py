"""Writes of intake: submission, what residents do later, assisted entry, import."""
