"""Every model says which of its fields are about a person; masking, retention and export read that declaration."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from liaison.base.encryption import EncryptedCharField

OURS = [
    model
    for model in apps.get_models()
    if model._meta.app_config.name in {"liaison.base", "deputies", "opinions", "supervision"}
]
SUSPECT = {
    "actor", "author", "biography", "body", "client_hash", "comment", "content", "email", "facts", "keeper", "latitude",
    "longitude", "measure", "person", "phone", "place", "problem", "reason", "search_text", "text", "title", "username",
}  # fmt: skip
NOT_PERSONAL = {
    ("deputies", "Organisation"): {"phone", "email"},
    ("deputies", "ContactPoint"): {"phone", "latitude", "longitude"},
    ("opinions", "ReplyTemplate"): {"text"},
    ("opinions", "RoutingDecision"): {"problem"},
    **{
        ("supervision", name): {"body"}
        for name in ("Fact", "Intake", "Outcome", "Stock", "Span", "PromiseFact", "PromiseSum")
    },
}
"""Model → fields that look personal by their name and are a body's own, or the engine's."""


def declared(model: type[models.Model]) -> set[str]:
    return set(getattr(model, "personal_fields", ()))


def own_fields(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    return [field for field in model._meta.get_fields() if isinstance(field, models.Field) and not field.auto_created]


def through_tables(model: type[models.Model]) -> bool:
    return bool(model._meta.auto_created)


@pytest.mark.parametrize(
    "model", [model for model in OURS if not through_tables(model)], ids=lambda model: model.__name__
)
def test_model_declares_its_personal_fields(model: type[models.Model]) -> None:
    assert "personal_fields" in vars(model), f"{model.__name__} declares no personal_fields"
    names = {field.name for field in own_fields(model)}
    assert declared(model) <= names, f"{model.__name__} declares what it has not: {declared(model) - names}"


@pytest.mark.parametrize(
    "model", [model for model in OURS if not through_tables(model)], ids=lambda model: model.__name__
)
def test_fields_that_look_personal_are_declared(model: type[models.Model]) -> None:
    free = NOT_PERSONAL.get((model._meta.app_label, model.__name__), set())
    suspects = {
        field.name
        for field in own_fields(model)
        if isinstance(field, EncryptedCharField) or (field.name in SUSPECT and field.remote_field is None)
    }
    assert suspects - free <= declared(model), f"{model.__name__}: {suspects - free - declared(model)}"


def test_encrypted_fields_exist() -> None:
    assert any(isinstance(field, EncryptedCharField) for model in OURS for field in own_fields(model))
