"""Screens of the verbs: GET shows the form, as a page or as the content of a dialog; POST carries the verb out."""
