"""The application behind a real port, for a browser to reach."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.office import Office
from tests.web.site import Site


class _Quiet(WSGIRequestHandler):
    """Says nothing for each request."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""


class Served:
    """A site, and where a browser reaches it."""

    def __init__(self, site: Site, address: str) -> None:
        self.site = site
        self.address = address

    def cookie(self, person: str) -> dict[str, str]:
        """The cookie of a browser in which this person has just signed in."""
        client = self.site.as_(person)
        name = self.site.app.config["SESSION_COOKIE_NAME"]
        found = client.flask.get_cookie(name, domain="decisions.example.org")
        assert found is not None
        return {"name": name, "value": found.value, "url": self.address}


@contextmanager
def serving(office: Office, folder: Path) -> Iterator[Served]:
    """Serve an office on a free port until the end of the block."""
    site = Site(office, folder)
    server = make_server("127.0.0.1", 0, site.app, threaded=True, request_handler=_Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Served(site, address)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
