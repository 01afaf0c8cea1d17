"""Which form of answer a client's Accept header asks for (RFC 9110, section 12.5.1)."""

from dataclasses import dataclass

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a client takes: its best form of JSON (None: none), and whether it named event streams."""

    json: str | None
    event_stream: bool


def accepted(header: str | None) -> Accepted:
    """Read an Accept header; without one, plain JSON is taken (GraphQL over HTTP, legacy watershed)."""
    if header is None or not header.strip():
        return Accepted(JSON, event_stream=False)
    weights: dict[str, float] = {}
    for part in header.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                weight = _weight(value)
        weights[media] = max(weight, weights.get(media, 0.0))
    general = weights.get("application/*", weights.get("*/*", 0.0))
    plain, modern = weights.get(JSON, general), weights.get(GRAPHQL_JSON, 0.0)
    if modern == plain > 0 and JSON in weights:
        # Of two that are liked as much, the one named first.
        best: str | None = min((GRAPHQL_JSON, JSON), key=list(weights).index)
    elif modern >= plain and modern > 0:
        best = GRAPHQL_JSON
    else:
        best = JSON if plain > 0 else None
    return Accepted(best, event_stream=weights.get(EVENT_STREAM, 0.0) > 0)


def _weight(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0


def is_json_body(content_type: str | None) -> bool:
    """Return whether a request's body is exactly ``application/json``, in UTF-8 if it says so at all."""
    media, *parameters = (piece.strip().lower() for piece in (content_type or "").split(";"))
    charsets = [value.strip('" ') for name, _, value in (p.partition("=") for p in parameters) if name == "charset"]
    return media == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)
