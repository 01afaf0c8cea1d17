"""The worker: takes forecasts from the ledger, computes them in batches, and can die at any moment without loss.

Whatever it has finished is in the database; whatever it has not, it or another computes again, to the same bytes.
"""
