"""A file is looked at with suspicion before a row of it is believed."""

import gzip
import io
import os
import tempfile
import zipfile
from pathlib import Path

import polars as pl
import pytest

from domain.errors import ImportRefused
from storage.imports import Limits
from storage.imports.files import ROW, CheckedFile, checked_file, require_columns
from storage.imports.profiles import FileFormat

TABLE = "id,name\n01,Elm\n02,Oak\n"


def contents(path: Path, form: FileFormat | None = None, limits: Limits | None = None) -> list[tuple[object, ...]]:
    with checked_file(path, form or FileFormat(), limits or Limits()) as file:
        return pl.concat(list(file.batches(file.columns))).rows()


def refusal(path: Path, form: FileFormat | None = None, limits: Limits | None = None) -> str:
    with pytest.raises(ImportRefused) as refused:
        contents(path, form, limits)
    assert refused.value.field == ("file",)
    assert str(path.parent) not in refused.value.message
    return refused.value.message


def written(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


ELM_AND_OAK = [(2, "01", "Elm"), (3, "02", "Oak")]


def test_identifiers_keep_their_leading_zeros_and_rows_their_numbers(tmp_path: Path) -> None:
    assert contents(written(tmp_path, TABLE)) == ELM_AND_OAK


@pytest.mark.parametrize(
    "content",
    [
        TABLE.replace("\n", "\r\n"),
        "\ufeff" + TABLE,
        TABLE.rstrip("\n"),
        TABLE + "\n\n",
        TABLE + ",\n,\n",
        'id,name\n"01","Elm"\n02,Oak\n',
    ],
    ids=[
        "carriage returns",
        "byte-order mark",
        "no last line end",
        "blank lines at the end",
        "empty rows at the end",
        "quotation marks",
    ],
)
def test_the_ways_of_writing_a_table_are_all_read_alike(content: str, tmp_path: Path) -> None:
    assert contents(written(tmp_path, content)) == ELM_AND_OAK


def test_a_blank_line_counts_as_a_row_and_says_nothing(tmp_path: Path) -> None:
    assert contents(written(tmp_path, "id,name\n01,Elm\n\n02,Oak\n")) == [(2, "01", "Elm"), (4, "02", "Oak")]


def test_a_field_may_hold_commas_quotation_marks_and_line_ends(tmp_path: Path) -> None:
    assert contents(written(tmp_path, 'id,name\n01,"Elm, ""East""\nBuilding"\n02,Oak\n')) == [
        (2, "01", 'Elm, "East"\nBuilding'),
        (3, "02", "Oak"),
    ]


def test_another_delimiter_and_encoding_are_read_when_the_profile_names_them(tmp_path: Path) -> None:
    path = written(tmp_path, "id;name\n01;Peña, Elm\n".encode("windows-1252"))
    assert contents(path, FileFormat("windows-1252", ";")) == [(2, "01", "Peña, Elm")]


def test_gzip_zip_and_parquet_hold_the_same_table(tmp_path: Path) -> None:
    packed = written(tmp_path, gzip.compress(TABLE.encode()), "table.csv.gz")
    with zipfile.ZipFile(tmp_path / "table.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner/table.csv", TABLE)
    pl.DataFrame({"id": ["01", "02"], "name": ["Elm", "Oak"]}).write_parquet(tmp_path / "table.parquet")
    for path in (packed, tmp_path / "table.zip", tmp_path / "table.parquet"):
        assert contents(path) == ELM_AND_OAK


def test_a_row_that_does_not_fit_the_header_is_told_with_its_number(tmp_path: Path) -> None:
    with checked_file(written(tmp_path, "id,name\n01,Elm\n02\n03,Ash,x\n"), FileFormat(), Limits()) as file:
        assert [(each.row, each.message) for each in file.ragged] == [
            (3, "The row has 1 fields; the header names 2 columns."),
            (4, "The row has 3 fields; the header names 2 columns."),
        ]


def test_a_missing_column_is_named_beside_those_that_are_there(tmp_path: Path) -> None:
    with (
        checked_file(written(tmp_path, TABLE), FileFormat(), Limits()) as file,
        pytest.raises(ImportRefused) as refused,
    ):
        require_columns(file, ("id", "year", "math"), "Report cards")
    assert "lacks the columns “year”, “math”" in refused.value.message
    assert "“Report cards”" in refused.value.message
    assert "id, name" in refused.value.message


def test_a_wrong_encoding_is_refused_with_the_place_and_the_remedy(tmp_path: Path) -> None:
    words = refusal(written(tmp_path, "id,name\n01,Elm\n02,Peña\n".encode("windows-1252")))
    assert "not written in utf-8" in words
    assert "row 3" in words
    assert "0xF1 after “02,Pe”" in words
    assert 'encoding = "windows-1252"' in words


def test_utf_16_is_recognized(tmp_path: Path) -> None:
    assert "UTF-16" in refusal(written(tmp_path, TABLE.encode("utf-16")))


def test_a_file_of_two_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 2_000_000_000)  # takes no room: nothing is written
    assert "has 2.0 GB; files of 2.0 GB or more are not taken" in refusal(path)


def test_a_gzip_bomb_is_refused_while_it_unpacks(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb", compresslevel=6) as packed:
        packed.write(b"id,name\n")
        for _ in range(12):
            packed.write(b"01,aaaaaaaa\n" * 100_000)
    assert "unpacks to far more than such a file should" in refusal(written(tmp_path, bomb.getvalue(), "bomb.csv.gz"))


def test_a_zip_bomb_is_refused_whatever_it_says_of_its_size(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", b"id,name\n" + b"01,aaaaaaaa\n" * 1_200_000)
    assert "unpacks to far more than such a file should" in refusal(path)


def test_a_parquet_bomb_is_refused_by_its_footer(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    pl.select(id=pl.repeat("01", 200_000), name=pl.repeat("a" * 400, 200_000)).write_parquet(
        path, use_pyarrow=True, pyarrow_options={"use_dictionary": False}
    )
    assert "unpacks to far more than such a file should" in refusal(path)


def test_more_unpacked_bytes_or_rows_than_allowed_are_refused(tmp_path: Path) -> None:
    packed = written(tmp_path, gzip.compress(os.urandom(3000).hex("\n").encode() + TABLE.encode()), "table.csv.gz")
    assert "far more" in refusal(packed, limits=Limits(unpacked_bytes=500))
    assert "more than 1 rows" in refusal(written(tmp_path, TABLE), limits=Limits(rows=1))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "does not begin with a row that names its columns"),
        (b"id,name\n", "has a header and no rows"),
        (b"id;name\n01;Elm\n", "has only one column if fields are separated by “,”"),
        (b"id,id\n1,2\n", "two columns called “id”"),
        (b"id,name\n01,\x00\n", "row 2 holds bytes that are no text"),
        (b"\x89PNG\r\n\x1a\n,\x00,", "not"),
        (b"id,name\n" + b"x" * 1_100_000, "row 2 is longer than a million characters"),
        (b'id,name\n01,"Elm\n02,Oak\n', "row 2 a quotation mark is opened and not closed"),
        (b"PAR1 and then nothing of the kind", "begins like a Parquet file and is not a whole one"),
        (b"PK\x03\x04 and then nothing", "zip file that cannot be unpacked"),
        (gzip.compress(TABLE.encode() * 1000)[:-20], "is damaged"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str, tmp_path: Path) -> None:
    assert words in refusal(written(tmp_path, content))


def test_a_zip_of_several_files_a_folder_and_nothing_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", TABLE)
        archive.writestr("b.csv", TABLE)
    assert "holds 2 files" in refusal(tmp_path / "two.zip")
    (tmp_path / "folder").mkdir()
    assert "is not a file" in refusal(tmp_path / "folder")
    assert "absent.csv cannot be read" in refusal(tmp_path / "absent.csv")


def test_a_large_table_comes_in_batches_of_bounded_size(tmp_path: Path) -> None:
    path = written(tmp_path, "id,name\n" + "".join(f"{row},Elm\n" for row in range(60_000)))
    with checked_file(path, FileFormat(), Limits()) as file:
        assert isinstance(file, CheckedFile)
        batches = list(file.batches(("id",)))
    assert max(batch.height for batch in batches) <= 25_000
    assert pl.concat(batches)[ROW].to_list() == list(range(2, 60_002))


def test_what_a_killed_import_left_is_swept_away_and_a_living_one_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead, young, living = (tmp_path / f"milepost-import-{owner}-x" for owner in (2**22 + 1, 2**22 + 2, os.getpid()))
    for folder in (dead, young, living):
        folder.mkdir()
        (folder / "rows.csv").touch()
    for folder in (dead, living):
        os.utime(folder, (0, 0))
    contents(written(tmp_path, TABLE))
    assert (dead.exists(), young.exists(), living.exists()) == (False, True, True)
