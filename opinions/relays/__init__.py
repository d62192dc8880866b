"""接力: a matter beyond the district, handed with its file to named deputies of the next congress up (H4, tier 5)."""
