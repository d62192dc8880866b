"""The figures by name. Each measure is a function of the stage's port that yields its rows."""
