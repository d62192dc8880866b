"""Several deputies on one matter (H9): the first addressed leads, others are invited, follow, talk, sign the answer."""
