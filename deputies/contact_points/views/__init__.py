"""Pages of the register of contact points."""
