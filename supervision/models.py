"""Models of the floor, for Django's registry: none yet."""
