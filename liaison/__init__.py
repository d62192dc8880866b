"""The composition of the platform.

Imports nothing: `liaison.run.bootstrap` runs before any package is installed. Who sends a task loads the Celery
application (settings.TASK_APP).
"""
