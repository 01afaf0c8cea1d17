"""How amounts stand in messages to planners, and how long the texts they write may be."""

from domain.errors import Invalid

LONGEST_NAME = 200
LONGEST_ADDRESS = 254
LONGEST_TEXT = 5_000


def in_words(amount: float) -> str:
    """Return an amount as a planner writes it: thousands apart, at most two decimals (``1,800,000``, ``38.5``).

    What two decimals would turn into nought, and what is past all amounts of a plan, is left in scientific notation.
    """
    if amount and not 0.005 <= abs(amount) < 1e15:
        return f"{amount:g}"
    whole, _, decimals = f"{amount:,.2f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


def check_length(text: str | None, most: int, *, what: str, field: str, refusal: type[Invalid] = Invalid) -> None:
    """Raise ``refusal`` at ``field`` if a text has more than ``most`` characters; ``what`` names it at the start."""
    if text is not None and len(text) > most:
        raise refusal(f"{what} has at most {most:,} characters; this one has {len(text):,}.", field=(field,))
