"""Forms of the supervision programme."""
