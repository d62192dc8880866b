"""Pages of intake: the doors, following, and the desk's own entry pages."""
