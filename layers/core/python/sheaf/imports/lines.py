"""imports: the lines of a file as it was uploaded: unpacked, decoded, and none longer than a row may be. Hostile."""

import codecs
import zlib
from collections.abc import Iterator
from io import StringIO
from itertools import chain
from typing import NoReturn, Protocol

from sheaf.domain.imports.rows import FileError

PIECE = 65_536  # bytes that are read and unpacked at once
UNPACKED_LIMIT = 2 * 1024**3  # bytes of a whole file
RATIO_LIMIT, RATIO_FREE = 200, 10 * 1024**2  # how far a file may unpack, once it has come to so many bytes
MEMBER_LIMIT = 100_000  # files that one gzip file may consist of
LINE_LIMIT = 20_000_000
ROW_LIMIT = 65_536  # bytes of one row, as UTF-8


class Source(Protocol):
    """Something to read bytes from, such as the body of an S3 object."""

    def read(self, amount: int, /) -> bytes:
        """The next bytes, at most so many; none at the end."""


class Lines:
    """The lines of a text with their ends, whichever those are. Counts lines, and the bytes of the row under way."""

    def __init__(self, pieces: "_Decoded") -> None:
        self.number = 0  # of the line that was read last
        self.empty_rows = 0  # as whoever reads rows counts them
        self._row_starts = 1
        self._row_bytes = 0
        self._lines = self._split(iter(pieces))
        self._pieces = pieces

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        self._row_bytes += len(line) if line.isascii() else len(line.encode())
        if self._row_bytes > ROW_LIMIT:
            self._refuse_row()
        if self.number > LINE_LIMIT:
            raise FileError(f"The file has more than {LINE_LIMIT:,} lines; cut it into several")
        return line

    @property
    def encoding(self) -> str:
        """How the text is encoded, known once a line was read."""
        return self._pieces.encoding

    def row_ends(self) -> int:
        """Say that the lines so far were a row. Returns the number of its first line."""
        started = self._row_starts
        self._row_starts = self.number + 1
        self._row_bytes = 0
        return started

    def _split(self, pieces: Iterator[str]) -> Iterator[str]:
        rest = ""
        try:
            for piece in filter(None, pieces):
                lines = StringIO(rest + piece, newline="").readlines()
                rest = "" if lines[-1].endswith("\n") else lines.pop()  # a "\r" at the end may be half of a line end
                yield from lines
                if len(rest) > ROW_LIMIT:
                    self._refuse_row()
        except _Broken as broken:
            if rest.endswith("\r"):
                yield rest
                rest = ""
            raise FileError(f"Line {self.number + 1}, character {len(rest) + 1}: {broken}") from broken
        if rest:
            yield rest

    def _refuse_row(self) -> NoReturn:
        raise FileError(
            f"The row that starts on line {self._row_starts} is longer than {ROW_LIMIT // 1024} KB;"
            " is a quote opened there and never closed?"
        )


def lines_of(stream: Source, encoding: str | None = None) -> Lines:
    """The lines of a file, read piece by piece. What is wrong with the file is raised as FileError, as it is found.

    `encoding` (UTF-8 where it is None) counts for files without a byte-order mark.
    """
    return Lines(_Decoded(_unpacked(stream), encoding or "utf-8"))


def _unpacked(stream: Source) -> Iterator[bytes]:
    """The pieces of the file, unpacked where they are gzipped."""
    packed = _pieces(stream)
    head = next(packed, b"")
    while len(head) < 4 and (more := next(packed, b"")):
        head += more
    if head.startswith(b"PK\x03\x04"):
        raise FileError("The file is a ZIP archive or an Excel workbook; save it as CSV")
    pieces = chain([head], packed)
    unpacked = 0
    for piece in _gunzipped(pieces) if head.startswith(b"\x1f\x8b") else pieces:
        unpacked += len(piece)
        if unpacked > UNPACKED_LIMIT:
            raise FileError(f"The file is larger than {UNPACKED_LIMIT // 1024**3} GB; cut it into several")
        yield piece


def _pieces(stream: Source) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def _gunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The content of all members of a gzip file. Nothing is unpacked further than it is asked for."""
    member = zlib.decompressobj(wbits=31)
    packed = unpacked = 0
    members = 1
    for piece in pieces:
        rest = piece
        packed += len(piece)
        while rest:
            if member.eof:
                rest = rest.lstrip(b"\0")  # tapes and some tools fill up with zeros
                if not rest:
                    break
                members += 1
                if members > MEMBER_LIMIT:
                    raise FileError(f"The gzip file consists of more than {MEMBER_LIMIT:,} files; pack it again")
                member = zlib.decompressobj(wbits=31)
            try:
                text = member.decompress(rest, PIECE)
            except zlib.error as error:
                raise FileError("The gzip file is damaged; pack it again") from error
            unpacked += len(text)
            if unpacked > RATIO_FREE and unpacked > packed * RATIO_LIMIT:
                raise FileError(f"The gzip file unpacks to more than {RATIO_LIMIT} times its size; send it unpacked")
            rest = member.unused_data if member.eof else member.unconsumed_tail
            if text:
                yield text
    if not member.eof:
        raise FileError("The gzip file ends in the middle; upload it again")


class _Broken(Exception):  # noqa: N818 - never seen outside
    """The text ends here, with something that is no text. `Lines` says where that is."""


class _Decoded:
    """The text of a file, without its byte-order mark."""

    def __init__(self, pieces: Iterator[bytes], encoding: str) -> None:
        self.encoding = encoding
        self._pieces = pieces

    def __iter__(self) -> Iterator[str]:
        head = b""
        while len(head) < 4 and (more := next(self._pieces, b"")):
            head += more
        codec, mark = _encoding(head, self.encoding)
        self.encoding = _ENCODINGS.get(codec, codec)
        decoder = codecs.getincrementaldecoder(codec)()
        for piece in chain([head[mark:]], self._pieces, [None]):
            try:
                text = decoder.decode(piece or b"", final=piece is None)
            except UnicodeDecodeError as error:
                yield error.object[: error.start].decode(codec)
                hint = "Save it again, or as CSV UTF-8"
                if codec == "utf-8":
                    hint = 'Save it as CSV UTF-8; if it is an older file of Windows, say encoding "windows-1252"'
                shown = error.object[error.start : error.start + 1].hex().upper()
                raise _Broken(f"the byte {shown} is not {self.encoding.upper()}. {hint}") from error
            before, nul, _ = text.partition("\0")
            if before:
                yield before
            if nul:
                raise _Broken("there is a NUL character, so this is no text file")


_ENCODINGS = {"utf-16-le": "utf-16", "utf-16-be": "utf-16", "cp1252": "windows-1252"}


def _encoding(head: bytes, said: str) -> tuple[str, int]:
    """How a file that begins so is encoded, and how many bytes its byte-order mark has."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FileError("The file is UTF-32; save it as CSV UTF-8")
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", 3
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    if head.startswith(b"\x1f\x8b"):
        raise FileError("The file is gzipped twice; pack it once")
    if b"\0" in head[:4]:
        raise FileError("The file is UTF-16 or UTF-32 without a byte-order mark; save it as CSV UTF-8")
    return "cp1252" if said == "windows-1252" else said, 0
