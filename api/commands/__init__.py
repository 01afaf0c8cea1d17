"""The command line: what an operator, a planner at a terminal or a script asks of Milepost."""
