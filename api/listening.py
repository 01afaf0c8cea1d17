"""Taking the port, before anything else is started. ``python -m api.listening`` says whether it could be taken."""

import socket
import sys

from api.settings import Settings, SettingsRefused, load_settings


class PortTaken(Exception):
    """Somebody else listens where we should."""


def bind(settings: Settings) -> socket.socket:
    """Return a listening socket. Raises ``PortTaken``."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as reason:
        raise PortTaken(
            f"Milepost cannot listen on {settings.host}, port {settings.port}: {reason.strerror}. Stop what runs "
            "there, or choose another port with MILEPOST_PORT."
        ) from reason


if __name__ == "__main__":
    try:
        bind(load_settings()).close()
    except (PortTaken, SettingsRefused) as refusal:
        sys.exit(str(refusal))
