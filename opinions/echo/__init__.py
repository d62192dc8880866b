"""回音壁 (Z13): what came of opinions, made public as a de-identified copy that two people have read."""
