"""An invented district to look at. Composition level: it may use every floor, and no floor knows of it."""
