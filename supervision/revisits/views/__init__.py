"""Screens of call-backs."""
