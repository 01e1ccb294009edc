"""Rules over prompts and pictures, as data that an operator can change."""
