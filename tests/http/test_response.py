"""Answers as API Gateway is given them: long ones are compressed for whoever takes that."""

import gzip
import json
from base64 import b64decode

import pytest

from sheaf.http.response import Response

SHORT, LONG = {"name": "x" * 8_180}, {"name": "Ä😀" * 4_091}


def test_an_answer_is_compressed_from_8192_characters_on_and_says_so() -> None:
    sizes = [len(Response(200, body).to_lambda("id")["body"]) for body in (SHORT, LONG)]
    short, long = (Response(200, body).to_lambda("id", takes_gzip=True) for body in (SHORT, LONG))

    assert sizes == [8_191, 8_193]
    assert short == Response(200, SHORT).to_lambda("id")
    assert (long["isBase64Encoded"], long["headers"]["Content-Encoding"]) == (True, "gzip")
    assert json.loads(gzip.decompress(b64decode(long["body"]))) == LONG


def test_whoever_does_not_take_it_gets_the_text_and_is_told_that_there_are_two_forms() -> None:
    short, long = (Response(200, body).to_lambda("id") for body in (SHORT, LONG))

    assert json.loads(long["body"]) == LONG
    assert "Content-Encoding" not in long["headers"]
    assert [answer["headers"].get("Vary") for answer in (short, long)] == [None, "Accept-Encoding"]


@pytest.mark.parametrize("takes_gzip", [False, True])
def test_bytes_go_out_as_they_are(takes_gzip: bool) -> None:
    answer = Response(200, b"x" * 20_000, {"Content-Encoding": "br"}).to_lambda("id", takes_gzip=takes_gzip)

    assert b64decode(answer["body"]) == b"x" * 20_000
    assert answer["headers"]["Content-Encoding"] == "br"
