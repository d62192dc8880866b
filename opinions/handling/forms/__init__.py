"""Forms of the verbs. They validate; services persist."""
