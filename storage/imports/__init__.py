"""Bringing files in: mapping profiles, the checks a file must pass, and the import itself, all or nothing."""
