"""The floor: the least that Django does when it takes in a form and stores it."""
