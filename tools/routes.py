"""Writes the layer's table of routes from template.yaml: `make routes`."""

from tools.template import PROJECT, routes

TARGET = PROJECT / "layers/core/python/sheaf/http/routes.py"


def source() -> str:
    """The module as it should be for the template as it is."""
    known = sorted({(route.method, route.path) for route in routes() if route.method})
    lines = "".join(f'    ("{method}", "{path}"),\n' for method, path in known)
    title = "http: the routes of template.yaml, written by `make routes`. Not edited by hand; a test compares the two."
    return f'"""{title}"""\n\nROUTES = (\n{lines})\n'


if __name__ == "__main__":
    TARGET.write_text(source())
