"""The server as its operator knows it: health, the page, a taken port, a good end."""

from collections.abc import Callable
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from tests.live import LiveServer, command


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>the page</title>")
    (folder / "assets" / "main-4f3a.js").write_text("export {}")
    (folder / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "secret.txt").write_text("not for you")
    return folder


@pytest.mark.slow
def test_a_server_from_start_to_end(new_server: Callable[..., LiveServer], page: Path) -> None:
    server = new_server(web_folder=page).start()
    with httpx.Client(base_url=server.address) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {
            "status": "ready",
            "database": "ok",
            "schema": "ok",
            "worker": "ok",
        }
        for place in ("/", "/what-if", "/schools/abc"):
            shown = client.get(place)
            assert (shown.status_code, "the page" in shown.text) == (200, True)
            assert "script-src 'self'" in shown.headers["content-security-policy"]
            assert shown.headers["cache-control"] == "no-cache"
        asset = client.get("/assets/main-4f3a.js")
        assert "immutable" in asset.headers["cache-control"]
        assert asset.headers["content-type"].startswith("text/javascript")
        assert client.get("/icon.svg").status_code == 200
        for nothing in ("/assets/none.js", "/none.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt"):
            missing = client.get(nothing)
            assert missing.status_code == 404
            assert missing.json()["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        assert client.get("/healthz").headers["x-request-id"] != client.get("/healthz").headers["x-request-id"]

    second = command("serve", **server.settings)
    assert second.returncode == 1
    assert "cannot listen on 127.0.0.1" in second.stderr
    assert "Traceback" not in second.stderr

    workers = server.worker_processes()
    assert workers
    assert server.stop() == 0
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert not alive


@pytest.mark.slow
def test_a_server_without_a_page_says_how_to_build_one(new_server: Callable[..., LiveServer], tmp_path: Path) -> None:
    server = new_server(web_folder=tmp_path / "none", own_worker=False).start(worker=False)
    answer = httpx.get(server.address)
    assert answer.status_code == 503
    assert "make run" in answer.text
    ready = httpx.get(f"{server.address}/readyz")
    assert (ready.status_code, ready.json()["worker"]) == (503, "no worker is running")
    assert server.stop() == 0


def test_a_database_without_tables_is_refused_with_the_command_that_mends_it(postgres: object) -> None:
    url = postgres.create_database("without_tables")  # type: ignore[attr-defined]
    refused = command("scenario", "list", database_url=url)
    assert refused.returncode == 1
    assert "milepost migrate" in refused.stderr
    assert "Traceback" not in refused.stderr
