"""Forms of reference data."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from opinions.catalog.models import Category


class CategoryForm(forms.ModelForm):
    """A category of the first level, or one directly under it: residents and rules know two levels."""

    class Meta:
        model = Category
        fields = ("code", "name", "parent", "examples", "order", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parents: Any = self.fields["parent"]
        parents.queryset = Category.objects.filter(parent=None).exclude(pk=self.instance.pk)

    def clean_parent(self) -> Category | None:
        parent: Category | None = self.cleaned_data["parent"]
        if parent is not None and self.instance.pk and self.instance.children.exists():
            raise ValidationError(_("这个类别下面还有子类别，不能再放到别的类别之下。"))
        return parent
