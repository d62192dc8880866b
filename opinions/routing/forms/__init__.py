"""Forms of routing: a rule in plain fields, the try-out box, a person's own decision, what streets may do."""

from opinions.routing.forms.others import ActivateForm, AllowForm, MoveForm, OverrideForm, TryForm
from opinions.routing.forms.rules import RuleForm

__all__ = ["ActivateForm", "AllowForm", "MoveForm", "OverrideForm", "RuleForm", "TryForm"]
