"""Bringing files in: mapping profiles, the checks a file must pass, and the import itself, all or nothing."""

from storage.imports.files import Limits
from storage.imports.panels import read_panels
from storage.imports.profile_file import InvalidImportProfile, load_profile, parse_profile, profile_names
from storage.imports.profiles import ImportProfile
from storage.imports.report import ImportReport, PreviewRow, Progress, RowError, RowsRefused, Tally
from storage.imports.run import run_import

__all__ = [
    "ImportProfile",
    "ImportReport",
    "InvalidImportProfile",
    "Limits",
    "PreviewRow",
    "Progress",
    "RowError",
    "RowsRefused",
    "Tally",
    "load_profile",
    "parse_profile",
    "profile_names",
    "read_panels",
    "run_import",
]
