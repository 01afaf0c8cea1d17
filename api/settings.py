"""What an operator may set, and from where: ``MILEPOST_...`` in the environment, checked once, at the start.

Everything has a default that is right on a laptop. A value that cannot be is refused in words that name the variable.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "MILEPOST_"
CLIENTS_TOKEN = "MILEPOST_TOKEN"  # noqa: S105 - a name: where clients of ours keep their token, no setting of ours

Megabytes = Annotated[int, Field(ge=1, le=1_000)]
Seconds = Annotated[float, Field(gt=0, le=3_600)]


class SettingsRefused(Exception):
    """A setting cannot be used as it stands; the message names it, its value and what it should be."""


class Settings(BaseSettings):
    """Milepost's settings. Each field is the variable ``MILEPOST_`` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True)

    home: Path = Field(default=Path(".milepost"), description="Where the embedded database and its log live.")
    database_url: str | None = Field(
        default=None, description="A PostgreSQL 16+ of your own: postgresql://user@host/name."
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(default=8400, ge=1, le=65_535, description="The port to listen on.")
    public_url: str | None = Field(default=None, description="How browsers reach Milepost, if not by host and port.")
    web_folder: Path = Field(default=Path(__file__).parents[1] / "web" / "dist", description="The built page.")

    worker_processes: int | None = Field(
        default=None, ge=1, le=256, description="Processes for forecasts (default: cores)."
    )
    own_worker: bool = Field(default=True, description="Whether `serve` runs a worker of its own.")
    lease_seconds: Seconds = Field(default=15.0, description="How long a forecast waits for a worker that fell silent.")

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is worth a log line."
    )
    log_format: Literal["auto", "console", "json"] = Field(default="auto", description="auto: console on a terminal.")

    body_megabytes: Megabytes = Field(default=1, description="The largest request body.")
    document_characters: int = Field(
        default=100_000, ge=1_000, le=10_000_000, description="The longest GraphQL document."
    )
    document_tokens: int = Field(
        default=3_000, ge=100, le=1_000_000, description="The most tokens in a GraphQL document."
    )
    document_depth: int = Field(default=20, ge=4, le=100, description="How deep fields may nest, fragments spread out.")
    document_fields: int = Field(
        default=5_000, ge=50, le=1_000_000, description="The most fields, fragments spread out."
    )
    operation_seconds: Seconds = Field(default=15.0, description="How long one operation may take.")
    database_connections: int = Field(default=10, ge=2, le=100, description="Connections that a server process keeps.")

    websocket_init_seconds: Seconds = Field(
        default=5.0, description="How long a socket may wait before it says who it is."
    )
    websocket_operations: int = Field(default=100, ge=1, le=10_000, description="Operations at once on one socket.")
    shutdown_seconds: Annotated[int, Field(ge=1, le=600)] = Field(
        default=5, description="How long requests may finish."
    )

    session_days: Annotated[float, Field(gt=0, le=366)] = Field(
        default=14.0, description="How long a browser stays signed in."
    )
    sign_in_link_minutes: Annotated[float, Field(gt=0, le=10_080)] = Field(
        default=60.0, description="How long a link works."
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
            raise ValueError("give a PostgreSQL address such as postgresql://user:password@host:5432/milepost")
        return url

    @field_validator("public_url")
    @classmethod
    def _is_web_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("give an address that starts with http:// or https://")
        return url.rstrip("/") if url is not None else None

    @property
    def address(self) -> str:
        """How a browser on this machine reaches the server, without a closing slash."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return self.public_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def processes(self) -> int:
        """How many processes compute forecasts."""
        return self.worker_processes or available_cores()


def available_cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load_settings() -> Settings:
    """Read the settings. Raises ``SettingsRefused`` for a value that cannot be, or a ``MILEPOST_`` nobody knows."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(
        name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known | {CLIENTS_TOKEN}
    )
    if unknown:
        raise SettingsRefused(f"There is no setting {', '.join(unknown)}. The settings are {', '.join(sorted(known))}.")
    try:
        return Settings()
    except ValidationError as refusal:
        raise SettingsRefused("\n".join(_in_words(dict(error)) for error in refusal.errors())) from None


def _in_words(error: Mapping[str, object]) -> str:
    place = error["loc"]
    name = PREFIX + str(place[0] if isinstance(place, tuple) and place else "").upper()
    rule = str(error["msg"]).removeprefix("Value error, ")
    # An address may hold a password, so that value is never repeated.
    value = "" if name.endswith("_URL") else f" is {error['input']!r}, which cannot be used"
    return f"{name}{value}: {rule[:1].lower()}{rule[1:]}."
