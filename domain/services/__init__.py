"""What people do: each use case is a verb, works inside the unit of work it is given, and commits nothing itself.

Whoever opens the unit of work commits it once, so that several steps can be one act.
"""
