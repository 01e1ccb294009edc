"""What things are: values and rules, no input or output."""
