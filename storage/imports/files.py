"""Files from outside: looked at with suspicion, then handed on row by row as text.

A CSV file (plain, gzip or the only file of a zip) is copied line by line into a temporary folder while its size, its
encoding and the number of fields in each row are checked; what was checked is what is read. Parquet is checked by its
footer and read in place. Everything is kept as text: an identifier keeps its leading zeros.
"""

import contextlib
import csv
import gzip
import hashlib
import io
import os
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

import polars as pl
import psutil  # type: ignore[import-untyped]
import pyarrow  # type: ignore[import-untyped]
import pyarrow.parquet  # type: ignore[import-untyped]

from domain.errors import ImportRefused
from storage.imports.profiles import FileFormat
from storage.imports.report import RowError

ROW = "row number"  # the column that tells each row's place in the file; the header is row 1
FOLDER_PREFIX = "milepost-import-"
LONGEST_LINE_BYTES = 1 << 20
BATCH_ROWS = 25_000
PATIENCE_BYTES = 10_000_000  # what a small file may unpack to, however well it was packed
RAGGED_ROWS_TOLD = 1_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may not reach: bytes as it lies there, bytes unpacked, unpacked over packed, and rows."""

    file_bytes: int = 2_000_000_000
    unpacked_bytes: int = 4_000_000_000
    ratio: float = 200.0
    rows: int = 20_000_000


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be read: its columns, its rows as text, and the rows that have too few or too many fields."""

    name: str
    sha256: str
    columns: tuple[str, ...]
    rows: int
    ragged: tuple[RowError, ...]
    _frame: pl.LazyFrame

    def batches(self, columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        """Yield the rows in their order, ``columns`` as text with ``ROW`` in front, a bounded number at a time."""
        wanted = self._frame.select(ROW, *(pl.col(column).cast(pl.String) for column in columns))
        try:
            for batch in wanted.collect_batches(chunk_size=BATCH_ROWS, maintain_order=True, engine="streaming"):
                for at in range(0, batch.height, BATCH_ROWS):
                    yield batch.slice(at, BATCH_ROWS)
        except pl.exceptions.PolarsError as reason:
            raise _refused(
                f"{self.name} cannot be read as a table: it is damaged or not what its name says."
            ) from reason


@contextmanager
def checked_file(
    path: Path, form: FileFormat, limits: Limits, progress: Callable[[int, int], None] = lambda done, total: None
) -> Iterator[CheckedFile]:
    """Check the file at ``path`` and make it readable for as long as the context lasts.

    ``progress`` is told bytes done and bytes in all. Raises ``ImportRefused``.
    """
    with ExitStack() as stack:
        try:
            checked = _checked(path, form, limits, progress, stack)
        except OSError as reason:
            raise _refused(
                f"{path.name} cannot be read. See that it is there and that Milepost may open it."
            ) from reason
        yield checked


def _checked(
    path: Path, form: FileFormat, limits: Limits, progress: Callable[[int, int], None], stack: ExitStack
) -> CheckedFile:
    name, size = path.name, path.stat().st_size
    if not path.is_file():
        raise _refused(f"{name} is not a file.")
    if size >= limits.file_bytes:
        raise _refused(
            f"{name} has {_bytes(size)}; files of {_bytes(limits.file_bytes)} or more are not taken. Leave out the "
            "columns that are not needed, or import it in parts."
        )
    if size == 0:
        raise _refused(f"{name} is empty.")
    file = stack.enter_context(path.open("rb"))
    start = file.read(4)
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    if start == b"PAR1":
        return _parquet(path, sha256, size, limits)
    _sweep()
    folder = tempfile.TemporaryDirectory(prefix=f"{FOLDER_PREFIX}{os.getpid()}-")
    copy = Path(stack.enter_context(folder)) / "rows.csv"
    with _unpacked(file, start, name, limits) as stream, copy.open("w", encoding="utf-8", newline="") as out:
        copying = _Copying(stream, form, name, limits)
        columns, rows, ragged = copying.into(out, lambda: progress(file.tell(), size))
    schema = {ROW: pl.Int64, **dict.fromkeys(columns, pl.String)}
    frame = pl.scan_csv(copy, schema=schema, has_header=False, glob=False)
    return CheckedFile(name, sha256, columns, rows, ragged, frame)


def _sweep() -> None:
    """Remove what imports that were killed left behind; an hour's grace, should their processes not be ours to see."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*-*"):
        owner = folder.name.removeprefix(FOLDER_PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            if owner.isdecimal() and not psutil.pid_exists(int(owner)) and time.time() - folder.stat().st_mtime > 3600:
                shutil.rmtree(folder, ignore_errors=True)


def _parquet(path: Path, sha256: str, size: int, limits: Limits) -> CheckedFile:
    try:
        footer = pyarrow.parquet.ParquetFile(path)
        columns = tuple(footer.schema_arrow.names)
        unpacked = sum(footer.metadata.row_group(at).total_byte_size for at in range(footer.metadata.num_row_groups))
        nested = [field.name for field in footer.schema_arrow if pyarrow.types.is_nested(field.type)]
    except (pyarrow.ArrowException, OSError, ValueError) as reason:
        raise _refused(f"{path.name} begins like a Parquet file and is not a whole one.") from reason
    rows = footer.metadata.num_rows
    if unpacked > limits.unpacked_bytes or unpacked > max(PATIENCE_BYTES, limits.ratio * size):
        raise _bomb(path.name)
    if rows > limits.rows:
        raise _too_many_rows(path.name, limits)
    if rows == 0:
        raise _refused(f"{path.name} has no rows.")
    _distinct(columns, path.name)
    frame = pl.scan_parquet(path, glob=False).drop(nested).with_row_index(ROW, offset=2)
    return CheckedFile(path.name, sha256, columns, rows, (), frame)


@contextmanager
def _unpacked(file: BinaryIO, start: bytes, name: str, limits: Limits) -> Iterator[io.BufferedReader]:
    """Open what the file holds, whatever it is packed in."""
    packed = True
    with ExitStack() as stack:
        if start.startswith(b"\x1f\x8b"):
            unzipped = stack.enter_context(gzip.GzipFile(fileobj=file))
            inner = cast(IO[bytes], unzipped)
        elif start == b"PK\x03\x04":
            inner = stack.enter_context(_only_file_of_zip(stack, file, name))
        else:
            inner, packed = file, False
        guarded: io.BufferedReader = io.BufferedReader(_Guarded(inner, file, name, limits, packed), 1 << 20)
        stack.callback(guarded.close)
        yield guarded


def _only_file_of_zip(stack: ExitStack, file: BinaryIO, name: str) -> IO[bytes]:
    try:
        archive = stack.enter_context(zipfile.ZipFile(file))
        members = [each for each in archive.infolist() if not each.is_dir()]
        if len(members) != 1:
            raise _refused(f"{name} holds {len(members)} files; unpack it and import the one that is meant.")
        return archive.open(members[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as reason:
        raise _refused(
            f"{name} is a zip file that cannot be unpacked; unpack it yourself and import its file."
        ) from reason


class _Guarded(io.RawIOBase):
    """The unpacked bytes of a file, as long as they stay within bounds."""

    def __init__(self, inner: IO[bytes], packed: BinaryIO, name: str, limits: Limits, is_packed: bool) -> None:
        self._inner = inner
        self._packed = packed
        self._name = name
        self._limits = limits
        self._is_packed = is_packed
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            piece = self._inner.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, RuntimeError) as reason:
            raise _refused(
                f"{self._name} is damaged: it cannot be unpacked to its end. Fetch or copy it once more."
            ) from reason
        self._given += len(piece)
        bound = max(PATIENCE_BYTES, self._limits.ratio * self._packed.tell())
        if self._given > self._limits.unpacked_bytes or (self._is_packed and self._given > bound):
            raise _bomb(self._name)
        buffer[: len(piece)] = piece
        return len(piece)


class _Copying:
    """A CSV file being copied: each row gets its number in front and is counted, decoded and made to fit its header."""

    def __init__(self, stream: io.BufferedReader, form: FileFormat, name: str, limits: Limits) -> None:
        self._stream = stream
        self._form = form
        self._name = name
        self._limits = limits
        self._row = 0  # the row last read, as a spreadsheet counts
        self._ragged: list[RowError] = []

    def into(self, out: io.TextIOBase, tick: Callable[[], None]) -> tuple[tuple[str, ...], int, tuple[RowError, ...]]:
        """Copy all rows and return the names of the columns, the number of rows and those that do not fit."""
        header = self._header()
        commas = len(header) - 1
        separator, rewrite = self._form.delimiter, csv.writer(out, lineterminator="\n")
        rows, blank = 0, f"{separator} \t"  # spreadsheets end their files with rows of nothing but separators
        for line in self._lines():
            if not line.strip(blank):
                continue
            rows += 1
            if rows > self._limits.rows:
                raise _too_many_rows(self._name, self._limits)
            if rows % 100_000 == 0:
                tick()
            if '"' not in line and line.count(separator) == commas and separator == ",":
                out.write(f"{self._row},{line}\n")
                continue
            number, fields = self._row, self._fields(line)
            if len(fields) != len(header):
                self._note_ragged(number, len(fields), len(header))
            else:
                rewrite.writerow([number, *fields])
        tick()
        if rows == 0:
            raise _refused(f"{self._name} has a header and no rows.")
        return header, rows, tuple(self._ragged)

    def _header(self) -> tuple[str, ...]:
        start = self._stream.peek(4)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise _refused(
                f"{self._name} is written in UTF-16. Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”) and import that."
            )
        if start.startswith(b"\xef\xbb\xbf"):
            self._stream.read(3)
        first = next(self._lines(), "")
        if not first.strip():
            raise _refused(f"{self._name} does not begin with a row that names its columns.")
        header = tuple(field.strip() for field in self._fields(first))
        if len(header) < 2:
            raise _refused(
                f"{self._name} has only one column if fields are separated by “{self._form.delimiter}”. If it is a CSV "
                "file with another delimiter, name that in the [file] table of the profile."
            )
        _distinct(header, self._name)
        return header

    def _lines(self) -> Iterator[str]:
        encoding = self._form.encoding
        while True:
            line = self._stream.readline(LONGEST_LINE_BYTES)
            if not line:
                return
            self._row += 1
            if len(line) >= LONGEST_LINE_BYTES:
                raise _refused(f"{self._name} is not a CSV file: row {self._row} is longer than a million characters.")
            if b"\0" in line:
                raise _refused(f"{self._name} is not a CSV file: row {self._row} holds bytes that are no text.")
            try:
                text = line.decode(encoding)
            except UnicodeDecodeError as reason:
                raise self._wrong_encoding(line, reason) from reason
            yield text.rstrip("\r\n")

    def _fields(self, line: str) -> list[str]:
        """Return the fields of a row; one whose quotation marks are open at the end of the line goes on in the next."""
        first = self._row

        def parts() -> Iterator[str]:
            yield line
            length = len(line)
            for further in self._lines():
                length += len(further)
                if length > LONGEST_LINE_BYTES:
                    break
                yield "\n" + further

        try:
            fields = next(csv.reader(parts(), delimiter=self._form.delimiter, strict=True))
        except (csv.Error, StopIteration) as reason:
            raise _refused(
                f"{self._name} is not a proper CSV file: in row {first} a quotation mark is opened and not closed, or "
                "stands in the middle of a field."
            ) from reason
        self._row = first
        return fields

    def _note_ragged(self, row: int, found: int, wanted: int) -> None:
        if len(self._ragged) < RAGGED_ROWS_TOLD:
            self._ragged.append(
                RowError(row, "", "", f"The row has {found} fields; the header names {wanted} columns.")
            )

    def _wrong_encoding(self, line: bytes, reason: UnicodeDecodeError) -> ImportRefused:
        before = line[max(0, reason.start - 20) : reason.start].decode(self._form.encoding, errors="replace")
        other = "windows-1252" if self._form.encoding == "utf-8" else "utf-8"
        return _refused(
            f"{self._name} is not written in {self._form.encoding}: row {self._row} holds the byte "
            f'0x{line[reason.start]:02X} after “{before}”. Save the file as UTF-8, or set encoding = "{other}" in the '
            "[file] table of the profile."
        )


def _distinct(columns: tuple[str, ...], name: str) -> None:
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise _refused(f"{name} has two columns called “{twice}”.")


def require_columns(file: CheckedFile, wanted: tuple[str, ...], profile_title: str) -> None:
    """Raise ``ImportRefused``, naming what is there, unless all columns in ``wanted`` are."""
    absent = [column for column in wanted if column not in file.columns]
    if absent:
        words = ", ".join(f"“{column}”" for column in absent)
        there = ", ".join(file.columns[:60]) + (" …" if len(file.columns) > 60 else "")
        raise _refused(
            f"{file.name} lacks the column{'s' if len(absent) > 1 else ''} {words} that the profile "
            f"“{profile_title}” asks for. Its columns are: {there}."
        )


def _refused(words: str) -> ImportRefused:
    return ImportRefused(words, field=("file",))


def _bomb(name: str) -> ImportRefused:
    return _refused(
        f"{name} unpacks to far more than such a file should, and was not read further. If it is meant to be so large, "
        "unpack it and import it in parts."
    )


def _too_many_rows(name: str, limits: Limits) -> ImportRefused:
    return _refused(f"{name} has more than {limits.rows:,} rows. Import it in parts.")


def _bytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count:,} bytes"
