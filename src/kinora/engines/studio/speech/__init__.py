"""Speech: words spoken by a synthesiser that runs in a process of its own."""
