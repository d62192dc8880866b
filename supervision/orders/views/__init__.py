"""Screens of orders."""
