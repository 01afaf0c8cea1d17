"""Days as months of a forecast: whole calendar months from its start, and the day's share of one."""

from datetime import date

DAYS_OF_MONTH = 31.0


def month_of(day: date, start: date) -> float:
    """Return ``day`` in months after ``start``: whole calendar months plus the day's share of one of 31 days."""
    return calendar_months(day, start) + (day.day - start.day) / DAYS_OF_MONTH


def calendar_months(day: date, start: date) -> int:
    """Return by how many calendar months ``day`` lies after ``start``, days left aside."""
    return (day.year - start.year) * 12 + day.month - start.month
