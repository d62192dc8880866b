"""Codes in templates."""

from django import template

from liaison.base.codes import grouped

register = template.Library()
register.filter("grouped", grouped)
