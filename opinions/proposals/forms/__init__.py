"""Forms of proposals and of research."""
