"""One film from several references that the prompt names with @."""
