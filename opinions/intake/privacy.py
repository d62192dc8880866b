"""The privacy notice: which version people agreed to."""

NOTICE_VERSION = "2026-11"
"""Changes whenever the text of templates/opinions/intake/privacy.html changes in substance."""
