"""Proposing a category with a confidence, from what the place itself has decided before. Nothing depends on it."""
