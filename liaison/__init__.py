"""The composition of the platform.

Imports nothing: `liaison.run.bootstrap` runs before any package is installed. Settings load the Celery application.
"""
