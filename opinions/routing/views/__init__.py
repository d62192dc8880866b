"""Desk pages of routing: the rules of the district and its streets, and why a matter went where it went."""
