"""The sample state: a generated state of believable size, so that a newcomer has something real to look at.

Nothing in it is a real place. Its figures are drawn with a fixed seed from what North Carolina's public record shows
(``grounds``), and every organization in it is labelled as generated.
"""
