"""What the test card can make. Reading this loads nothing heavy."""

NAME = "testcard"
ENGINE = "kinora.engines.testcard.engine:TestCard"
