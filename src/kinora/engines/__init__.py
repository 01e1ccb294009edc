"""What makes pixels. Each folder is an engine and can be deleted alone."""
