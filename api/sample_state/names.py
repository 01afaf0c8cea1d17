"""Made-up names: places that sound like places and exist nowhere together."""

from domain.organizations import SchoolLevel

_FIRST = (
    "Alder", "Ash", "Beech", "Birch", "Briar", "Cedar", "Clear", "Clover", "Copper", "Crane",
    "Dogwood", "Eagle", "Elm", "Fern", "Finch", "Fox", "Granite", "Hazel", "Heron", "Hickory",
    "Holly", "Ivy", "Juniper", "Lark", "Laurel", "Linden", "Magnolia", "Maple", "Meadow", "Mill",
    "Oak", "Orchard", "Otter", "Pine", "Plum", "Poplar", "Quail", "Raven", "Red", "River",
    "Rose", "Rowan", "Sage", "Salt", "Sandy", "Silver", "Spruce", "Stone", "Sugar", "Swift",
    "Sycamore", "Thistle", "Timber", "Walnut", "Water", "Wheat", "White", "Wild", "Willow", "Wren",
)  # fmt: skip
_SECOND = ("Creek", "Ridge", "Hill", "Grove", "Field", "Bend", "Hollow", "Springs", "Point", "Crossing")
_KIND = {
    SchoolLevel.ELEMENTARY: "Elementary School",
    SchoolLevel.MIDDLE: "Middle School",
    SchoolLevel.HIGH: "High School",
    SchoolLevel.COMBINED: "School",
}


def district_names(count: int) -> list[str]:
    """Return ``count`` different district names, at most 60."""
    return [f"{first} County Schools" for first in _FIRST[:count]]


def school_name(number: int, level: SchoolLevel) -> str:
    """Return the name of school ``number`` from 0; the first 600 differ."""
    first = _FIRST[number * 7 % len(_FIRST)]
    second = _SECOND[(number // len(_FIRST) + number) % len(_SECOND)]
    return f"{first} {second} {_KIND[level]}"
