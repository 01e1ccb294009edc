"""Models, sizes, prices and templates as data, validated at load."""
