"""The worker learns the kinds of jobs of this capability by importing this module (celery's autodiscovery)."""

from deputies.contact_points.plaques import make_plaques

__all__ = ["make_plaques"]
