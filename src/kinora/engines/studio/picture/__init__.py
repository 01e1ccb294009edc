"""Looking at pictures: subject, depth, what lies behind."""
