"""Settings are checked at the start, and a wrong one is named in words."""

import pytest

from api.settings import Settings, SettingsRefused, load_settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("MILEPOST_"):
            monkeypatch.delenv(name)


def test_everything_has_a_default_that_is_right_on_a_laptop() -> None:
    settings = load_settings()
    assert (settings.address, str(settings.home), settings.database_url) == (
        "http://127.0.0.1:8400",
        ".milepost",
        None,
    )
    assert settings.processes >= 1


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("MILEPOST_PORT", "eighty", "MILEPOST_PORT is 'eighty'"),
        ("MILEPOST_PORT", "70000", "less than or equal to 65535"),
        ("MILEPOST_WORKER_PROCESSES", "0", "greater than or equal to 1"),
        ("MILEPOST_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("MILEPOST_PUBLIC_URL", "plans.example.org", "starts with http"),
        ("MILEPOST_PROT", "8400", "There is no setting MILEPOST_PROT"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused, match=words.replace("(", "\\(")):
        load_settings()


def test_the_address_of_a_database_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEPOST_DATABASE_URL", "mysql://root:hunter2@localhost/x")
    with pytest.raises(SettingsRefused) as refusal:
        load_settings()
    assert "postgresql://" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_the_address_for_browsers() -> None:
    assert Settings(host="0.0.0.0", port=9000).address == "http://127.0.0.1:9000"
    assert Settings(host="::1").address == "http://[::1]:8400"
    assert Settings(public_url="https://plans.example.org/").address == "https://plans.example.org"


def test_the_variable_in_which_clients_keep_their_token_is_none_of_the_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MILEPOST_TOKEN", "mp_anything")
    assert load_settings().port
