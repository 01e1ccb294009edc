"""Films that callers give: their facts, frames and sound, ready to work on."""
