"""Two tables: what was sent, and the first step taken with it."""

from django.db import models

from deputies.contact_points.models import ContactPoint
from deputies.organisations.models import Division
from deputies.roster.models import Deputy
from opinions.catalog.models import Category


class Sent(models.Model):
    """What a resident sent, with the four references that the product's form carries as well."""

    content = models.TextField()
    place = models.CharField(max_length=160, blank=True)
    name = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    deputy = models.ForeignKey(Deputy, on_delete=models.PROTECT, related_name="+")
    contact_point = models.ForeignKey(ContactPoint, on_delete=models.PROTECT, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    objects: "models.Manager[Sent]" = models.Manager()
    personal_fields = ("content", "place", "name", "phone")

    def __str__(self) -> str:
        return str(self.pk)


class Step(models.Model):
    """Its first step."""

    sent = models.ForeignKey(Sent, on_delete=models.CASCADE, related_name="steps")
    verb = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)
    objects: "models.Manager[Step]" = models.Manager()
    personal_fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        return str(self.pk)
