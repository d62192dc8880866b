"""Addresses of the wall for residents, and of publication for staff."""
