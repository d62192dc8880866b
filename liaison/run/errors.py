"""Reasons for not starting."""


class StartError(Exception):
    """The system cannot start; the message is one sentence for the person at the keyboard, in Chinese and English."""
