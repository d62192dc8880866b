"""A load of invented matters, as many as a city has: for measuring, and for seeing what a full system looks like."""
