"""What improvement means: organizations, practices, goals, supports and the rules they keep."""
