"""Tests: they mirror the code; `journeys/` drives a real browser, `architecture/` holds the rules of the house."""
