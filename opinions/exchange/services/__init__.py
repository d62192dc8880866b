"""Writes of the exchange: partners, pushing, receiving, telling results, comparing."""
