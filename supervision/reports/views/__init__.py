"""Screens of reports and statistics."""

from supervision.reports.views.desk import act, compiled, document, draft, index, note, remind, report, rows, why

__all__ = ["act", "compiled", "document", "draft", "index", "note", "remind", "report", "rows", "why"]
