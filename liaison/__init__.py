"""The composition of the platform.

Imports nothing, since `liaison.run.bootstrap` runs before any package is installed; settings load the Celery application.
"""
