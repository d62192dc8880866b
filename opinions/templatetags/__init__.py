"""Tags by which a page of one capability shows what a higher one knows."""
