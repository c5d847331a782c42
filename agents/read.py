"""A roster file becomes rows with their physical lines, whatever spreadsheet program wrote it.

CSV in UTF-8 (with or without a byte order mark), UTF-16 or Windows-1252; commas, semicolons or tabs, with or without a
`sep=` line; quoted line breaks. `.xlsx` is left to `sheet.py`. What cannot be read is one problem, never a traceback:
a folder, an unreadable, empty, binary, torn or enormous file. Nothing is guessed where a guess could change a name.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ..specs.frozen import dataclass
from ..specs.problems import Where

if TYPE_CHECKING:
    from .sheet_marks import Marks

MAX_BYTES = 256 * 1024 * 1024  # a million people need 180 MB
MAX_CELL = 32_767  # what a spreadsheet cell can hold
_DOCUMENTS = {
    b"%pdf-": "a PDF",
    b"{\\rtf": "a text document (.rtf)",
    b"<html": "a web page, as some programs write for .xls",
    b"<!doctype html": "a web page, as some programs write for .xls",
    b"<table": "a web page, as some programs write for .xls",
    b"<?xml": "an XML file",
    b"\x89png": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"begin:vcard": "an address book (vCard)",
}
_DELIMITERS = ",;\t|"
_NOT_WESTERN = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # bytes that Windows-1252 does not have
# Letters of Windows-1250 (Ł Ą Ż ł ą Ľ ľ ż) that Windows-1252 reads as signs, beside a letter, as no sign stands; then
# its š or ž together with what reads as a western letter with a grave, a ring or a slash (č ř ě ň ď ů).
_CENTRAL = re.compile(
    rb"(?<=[a-zA-Z\xc0-\xff])[\xa3\xa5\xaf\xb3\xb9\xbc\xbe\xbf]|[\xa3\xa5\xaf\xb3\xb9\xbe](?=[a-z\xe0-\xff])"
)
_CARON = re.compile(rb"[\x8a\x8e\x9a\x9e]")
_CENTRAL_HEADERS = frozenset(
    {"vezeteknev", "keresztnev", "csaladnev", "csaladinev", "utonev", "teljesnev", "csoport", "felhasznalonev",
     "telefonszam", "allapot", "imie", "nazwisko", "imieinazwisko", "grupa", "jezyki", "jmeno", "prijmeni", "skupina",
     "meno", "priezvisko", "priimek", "prezime", "nume", "prenume"}
)  # fmt: skip
_GRAVE = re.compile(rb"[\xc8\xcc\xcf\xd2\xd8\xd9\xe8\xec\xef\xf2\xf8\xf9]")


class Unreadable(Exception):
    """A file that cannot be read as a roster; becomes one problem."""

    def __init__(self, where: Where, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.where = where
        self.code = code
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Table:
    """An open roster: `rows` yields (line, cells) from the header on; blank rows are left out.

    `encoding` and `delimiter` say how a CSV was read; `sheet` names the sheet of a workbook. `rows` may raise
    Unreadable half-way (an unclosed quote, an overlong cell).
    """

    rows: Iterator[tuple[int, list[str]]]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    marks: Marks | None = None  # of a workbook
    doubt: str = ""  # what to look at, where another encoding would have made other letters


def split_sheet(path: Path) -> tuple[Path, str | None]:
    """`FILE.xlsx#SHEET` as file and sheet."""
    name, mark, sheet = str(path).rpartition("#")
    if mark and sheet and not path.exists() and name.lower().endswith((".xlsx", ".xlsm")):
        return Path(name), sheet
    return path, None


def open_table(path: Path, shown: str, sheet: str | None = None, *, central: bool = False) -> Table:
    """Open `path` (called `shown` in problems). `central`: as `decode` takes it. Raises Unreadable."""
    data = _bytes(path, shown)
    _refuse_documents(data, shown)
    if data.startswith(b"PK\x03\x04"):
        from .sheet import open_sheet

        return open_sheet(data, shown, sheet)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            hint = "open it, remove the password and save it again"
            raise Unreadable(Where(shown), "locked-excel", "this workbook has a password", hint)
        hint = "open it and save it as .xlsx or as CSV"
        raise Unreadable(Where(shown), "old-excel", "this is an old .xls workbook", hint)
    text, encoding = decode(data, shown, central=central)
    return _open_text(text, shown, encoding)


def _refuse_documents(data: bytes, shown: str) -> None:
    """What is mailed as a roster and is none. Raises Unreadable."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, kind in _DOCUMENTS.items():
        if start.startswith(mark):
            hint = "open it in a spreadsheet program and save it as .xlsx, or ask for the spreadsheet itself"
            raise Unreadable(Where(shown, 1), "other-document", f"this is {kind}", hint)


def _bytes(path: Path, shown: str) -> bytes:
    """The whole file. Raises Unreadable with the reason in words."""
    try:
        if path.is_dir():
            raise Unreadable(Where(shown), "not-a-file", "this is a folder", "name a .csv or .xlsx file in it")
        if not path.exists():
            raise Unreadable(Where(shown), "missing-file", "there is no such file", "check its name and folder")
        if not path.is_file():
            raise Unreadable(Where(shown), "not-a-file", "this is not an ordinary file", "name a .csv or .xlsx file")
        size = path.stat().st_size
        if size > MAX_BYTES:
            megabytes = size // (1024 * 1024)
            text = f"the file has {megabytes:,} MB, a roster at most {MAX_BYTES // (1024 * 1024)}"
            raise Unreadable(Where(shown), "too-large", text, "split it, and list each part under rosters:")
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Unreadable(Where(shown), "unreadable", f"cannot be read: {reason}", "check its permissions") from error
    if not data.strip():
        hint = "it needs a header line; `ccdeploy roster template` writes one"
        raise Unreadable(Where(shown, 1), "empty-file", "the file is empty", hint)
    return data


def decode(data: bytes, shown: str, *, central: bool = False) -> tuple[str, str]:
    """The text of a CSV and the encoding it was read in. Raises Unreadable for what is not text.

    Order: a byte order mark decides; else strict UTF-8, which no other encoding passes by chance; else UTF-16 without
    a mark (zeros at every second byte); else Windows-1250 where the centre speaks a language of central Europe
    (`central`), the header is written in one, or the bytes make letters in it only; else Windows-1252, the default of
    Excel in western Europe, if every byte is one of its characters; else charset-normalizer's best guess.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _strict(data, encoding, shown), encoding
    if b"\0" in data:
        return _wide(data, shown)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        at = error.start
    if not re.search(rb"[\x00-\x08\x0e-\x1f]", data):
        western = not _NOT_WESTERN.search(data)
        if (central or _is_central(data) or _is_headed_central(data)) and (
            text := _maybe(data, "windows-1250")
        ) is not None:
            return text, "windows-1250"
        if western:
            return data.decode("windows-1252"), "windows-1252"
    return _guess(data, shown, at)


def _is_central(data: bytes) -> bool:
    """Whether the bytes are words in Windows-1250 and none in Windows-1252."""
    return bool(_CENTRAL.search(data) or (_CARON.search(data) and _GRAVE.search(data)))


def _is_headed_central(data: bytes) -> bool:
    """Whether the header is in a language that Windows-1250 is for: its ő and ű read as letters in both."""
    from .headers import loose

    head = data[: 8 * 1024].decode("windows-1250", "replace").splitlines()[:20]
    return any(loose(cell) in _CENTRAL_HEADERS for line in head for cell in re.split("[,;\t|]", line))


def _doubt(text: str) -> str:
    """A word about a letter that is õ in western Europe and ő in Hungary; Portuguese has it before an e."""
    at = re.search("[õÕ](?![eE])", text)
    if at is None:
        return ""
    line = text.count("\n", 0, at.start()) + 1
    return f"read as Windows-1252, with {at[0]!r} in line {line}; if that should be ő, save it as CSV UTF-8"


def _maybe(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _strict(data: bytes, encoding: str, shown: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        text = f"the file begins as {error.encoding.upper()} but its byte {error.start + 1} is not"
        raise Unreadable(Where(shown, line), "encoding", text, "save it again as CSV UTF-8") from error


def _wide(data: bytes, shown: str) -> tuple[str, str]:
    """UTF-16 without its mark, or a refusal: a zero byte is in no text of one byte a character."""
    half = len(data) // 2
    if len(data) % 2 == 0 and data[1::2].count(0) > half * 0.6:
        return _strict(data, "utf-16-le", shown), "utf-16-le"
    if len(data) % 2 == 0 and data[0::2].count(0) > half * 0.6:
        return _strict(data, "utf-16-be", shown), "utf-16-be"
    at = data.index(b"\0")
    hint = "save it again as CSV UTF-8, or give the .xlsx itself"
    raise Unreadable(
        Where(shown, data.count(b"\n", 0, at) + 1), "binary", f"this is no text file: byte {at + 1} is zero", hint
    )


def _guess(data: bytes, shown: str, at: int) -> tuple[str, str]:
    """The last resort, for text of other places."""
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 256 * 1024]).best()
    if best is not None and best.encoding not in {"ascii", "utf_8"} and best.chaos < 0.1 and _textual(data):
        try:
            return data.decode(best.encoding), best.encoding
        except (UnicodeDecodeError, LookupError):
            pass
    line = data.count(b"\n", 0, at) + 1
    text = f"the text is in no encoding that is known here (byte {at + 1})"
    raise Unreadable(Where(shown, line), "encoding", text, "save it again as CSV UTF-8")


def _textual(data: bytes) -> bool:
    """No control characters but tab and line ends in the first part."""
    return not re.search(rb"[\x00-\x08\x0e-\x1f]", data[: 1024 * 1024])


def _open_text(text: str, shown: str, encoding: str) -> Table:
    first, skip = _first_line(text)
    named = re.fullmatch(r"sep=(.)?", first, re.IGNORECASE | re.DOTALL)
    delimiter = (named[1] or ",") if named else find_delimiter(text)
    doubt = _doubt(text) if encoding == "windows-1252" else ""
    return Table(_rows(text, shown, delimiter, skip=skip if named else 0), encoding, delimiter, doubt=doubt)


def _first_line(text: str) -> tuple[str, int]:
    """The first line without its end, and where the second begins."""
    match = re.match(r"([^\r\n]*)(\r\n|\r|\n|$)", text)
    assert match is not None
    return match[1], match.end()


def find_delimiter(text: str) -> str:
    """The delimiter of a text without a `sep=` line: the one that splits its header into the most known columns."""
    from .headers import HEAD, read_header

    head = islice((line for line in text[: 64 * 1024].splitlines() if line.strip()), HEAD)
    best, score = ",", (-1, -1)
    for at, line in enumerate(head):
        for delimiter in _DELIMITERS:
            try:
                cells = next(csv.reader([line], delimiter=delimiter), [])
            except csv.Error:
                continue
            known = len(read_header(cells).index)
            found = (known, len(cells) if known > 1 or not at else -1)  # without a header the first line decides
            if found > score:
                best, score = delimiter, found
    return best


def _rows(text: str, shown: str, delimiter: str, skip: int) -> Iterator[tuple[int, list[str]]]:
    """Rows with the physical line on which each begins."""
    if '"' in text:
        return _quoted_rows(text, shown, delimiter, skip)
    return _plain_rows(text[skip:], shown, delimiter, 2 if skip else 1)


def _quoted_rows(text: str, shown: str, delimiter: str, skip: int) -> Iterator[tuple[int, list[str]]]:
    """As the csv module reads them."""
    source = io.StringIO(text, newline="")
    source.seek(skip)
    before = 1 if skip else 0
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    line = 1 + before
    csv.field_size_limit(MAX_CELL)
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1 + before
    except csv.Error as error:
        raise _csv_problem(error, shown, line) from error


def _plain_rows(text: str, shown: str, delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """Rows of a text without a quote, where each is a line: three quarters of the csv module's time."""
    for line, whole in enumerate(io.StringIO(text, newline=None), start=first):
        cells = whole.rstrip("\n").split(delimiter)
        if len(whole) > MAX_CELL and max(map(len, cells)) > MAX_CELL:
            raise _csv_problem(csv.Error("field larger than field limit"), shown, line)
        if cells != _NOTHING:
            yield line, cells


_NOTHING = [""]  # a line without anything


def _csv_problem(error: csv.Error, shown: str, line: int) -> Unreadable:
    """The reader's own words say little to a supervisor."""
    words = str(error)
    where = Where(shown, line)
    if "field larger" in words:
        text = f"a cell is longer than the {MAX_CELL:,} characters that a spreadsheet allows"
        return Unreadable(where, "long-cell", text, 'look for a quote (") that is never closed')
    if "unexpected end" in words:
        return Unreadable(where, "open-quote", 'a quote (") opens here and is never closed', "close it, or remove it")
    if "expected after" in words:
        hint = 'write a quote inside a quoted cell twice ("")'
        return Unreadable(where, "stray-quote", "text follows a closing quote", hint)
    return Unreadable(where, "bad-csv", f"this row cannot be read ({words})", "save the file again as CSV UTF-8")
