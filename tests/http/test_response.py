"""Answers as API Gateway is given them: long ones are compressed for whoever takes that."""

import gzip
import json
from base64 import b64decode
from typing import Any

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


def tag_of(answer: dict[str, Any]) -> str:
    return str(answer["headers"]["ETag"])


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("body", [SHORT, LONG, "<task/>"], ids=["short", "long", "XML"])
def test_each_answer_has_a_tag_of_its_own_by_which_it_is_known(status: int, body: object) -> None:
    answer, other = (Response(status, each).to_lambda("id") for each in (body, {"name": "other"}))
    tag = tag_of(answer)
    again = Response(status, body).to_lambda("other id", known=f'"x", W/{tag}')

    assert tag != tag_of(other)
    assert (again["statusCode"], again["body"], tag_of(again)) == (304, "", tag)
    assert "Content-Type" not in again["headers"]
    assert Response(status, body).to_lambda("id", known=tag_of(other)) == answer
    assert Response(status, body).to_lambda("id", known=" * ")["statusCode"] == 304


def test_the_two_forms_of_an_answer_have_two_tags_and_each_is_known_by_either() -> None:
    plain, compressed = (Response(200, LONG).to_lambda("id", takes_gzip=takes) for takes in (False, True))

    assert tag_of(compressed) == tag_of(plain).rstrip('"') + '-gzip"'
    for known in map(tag_of, (plain, compressed)):
        for takes in (False, True):
            assert Response(200, LONG).to_lambda("id", takes_gzip=takes, known=known)["statusCode"] == 304


@pytest.mark.parametrize("answer", [Response(404, {"message": "x"}), Response(200, " "), Response(200, b"x")])
def test_what_is_no_record_has_no_tag_and_is_always_sent(answer: Response) -> None:
    sent = answer.to_lambda("id", known="*")

    assert ("ETag" in sent["headers"], sent["statusCode"]) == (False, answer.status)
