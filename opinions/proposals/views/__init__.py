"""Screens of proposals and of research."""
