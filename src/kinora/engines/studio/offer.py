"""What the studio can make. Reading this loads nothing heavy."""

NAME = "studio"
ENGINE = "kinora.engines.studio.engine:Studio"
