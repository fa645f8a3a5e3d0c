"""layers: cuts botocore's data down to the services that functions call. Run by the Makefile with the data folder."""  # noqa: INP001

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any


def trim(data: Path, services: frozenset[str]) -> None:
    """Keep what making a client of `services` reads, and nothing that only documents it.

    The models of all other services are nine tenths of botocore's size. The list of their endpoints and the prose in
    the models that stay are most of what a client parses when it is made: on every cold start.
    """
    missing = [name for name in services if not (data / name).is_dir()]
    if missing:
        raise SystemExit(f"botocore has no service {', '.join(missing)}")
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in services:
            shutil.rmtree(folder)
    endpoints = data / "endpoints.json"
    everything = json.loads(endpoints.read_text())
    for partition in everything["partitions"]:
        partition["services"] = {name: service for name, service in partition["services"].items() if name in services}
    endpoints.write_text(json.dumps(everything))
    for model in data.rglob("service-2.json.gz"):
        plain = json.loads(gzip.decompress(model.read_bytes()))
        # The one documentation that botocore itself reads, of parameters such as S3's ForcePathStyle.
        kept = {name: plain[name] for name in plain.keys() & {"clientContextParams"}}
        told = json.dumps({**_without_prose(plain), **kept})
        model.write_bytes(gzip.compress(told.encode(), mtime=0))  # no time stamp: two builds are the same


def _without_prose(node: Any) -> Any:
    """The node without documentation texts. A member of that name has an object as value, and stays."""
    if isinstance(node, dict):
        return {
            name: _without_prose(value)
            for name, value in node.items()
            if not (name == "documentation" and isinstance(value, str))
        }
    return [_without_prose(child) for child in node] if isinstance(node, list) else node


if __name__ == "__main__":
    trim(Path(sys.argv[1]), frozenset(sys.argv[2:]))
