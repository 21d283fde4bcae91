"""Which file to read: the upload itself, or one member of the zip that CMS ships.

A zip is judged by its directory before anything in it is opened, and read in memory under its promised size.
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from drugs.importers.refusal import Refused, shown

MEGABYTE = 1024 * 1024
LARGEST_FILE = 20 * MEGABYTE
LARGEST_UNPACKED = 200 * MEGABYTE
LARGEST_RATIO = 100
MOST_MEMBERS = 100
BEGINNING = 64 * 1024
TEXT_ENDINGS = (".csv", ".txt")
ARCHIVES = (".zip", ".gz", ".7z", ".rar", ".tar", ".bz2", ".xz")

BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)

OTHER_TABLES = re.compile(r"\bNOC\b|not[ _-]*(?:otherwise|payable)|non[ _-]?payable", re.IGNORECASE)
"""Tables that ship beside the one we read: not otherwise classified drugs, drugs not payable."""

KNOWN_BEGINNINGS = (
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls): take the csv that ships beside it"),
    (b"\x1f\x8b", "a gzip file"),
    (b"7z\xbc\xaf", "a 7-Zip file"),
    (b"Rar!", "a RAR file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\xff\xfe", "UTF-16 text: save it as CSV or CSV UTF-8"),
    (b"\xfe\xff", "UTF-16 text: save it as CSV or CSV UTF-8"),
)


@dataclass(frozen=True)
class Member:
    """The bytes to read; `skipped` are the names of what else was in the zip."""

    name: str
    data: bytes
    skipped: tuple[str, ...] = ()


def choose(file_name: str, data: bytes, fits: Callable[[bytes], bool]) -> Member:
    """`fits` judges the beginning of a member where several could be meant."""
    if not data:
        raise Refused.whole_file("a file with rows", "an empty file")
    if len(data) > LARGEST_FILE:
        raise Refused.whole_file(f"at most {LARGEST_FILE // MEGABYTE} MB", f"{len(data):,} bytes")
    if not data.startswith(b"PK"):
        return Member(file_name, checked_text(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return member_of(archive, fits)
    except BROKEN as error:
        raise Refused.whole_file("a whole zip file", f"one that cannot be read ({error})") from error


def member_of(archive: zipfile.ZipFile, fits: Callable[[bytes], bool]) -> Member:
    infos = [info for info in archive.infolist() if not info.filename.startswith("__MACOSX/")]
    check_directory(archive.infolist())
    if any(info.filename == "[Content_Types].xml" for info in infos):
        raise Refused.whole_file(
            "a csv, or a zip with one", "an Excel workbook: take the csv that ships beside it"
        )
    tables = [info for info in infos if info.filename.lower().endswith(TEXT_ENDINGS)]
    wanted = [info for info in tables if not OTHER_TABLES.search(info.filename)]
    if len(wanted) > 1:
        wanted = [info for info in wanted if fits(beginning_of(archive, info))]
    if len(wanted) != 1:
        raise Refused.whole_file(
            "one csv of this kind in the zip",
            ", ".join(shown(info.filename) for info in infos[:10]) or "an empty zip",
        )
    chosen = wanted[0]
    with archive.open(chosen) as stream:
        data = stream.read(LARGEST_UNPACKED + 1)
    skipped = tuple(info.filename for info in infos if info is not chosen)
    return Member(chosen.filename, checked_text(data), skipped)


def beginning_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as stream:
        return stream.read(BEGINNING)


def check_directory(infos: list[zipfile.ZipInfo]) -> None:
    """What the zip says of itself, before any of it is unpacked."""
    if len(infos) > MOST_MEMBERS:
        raise Refused.whole_file(f"at most {MOST_MEMBERS} files in the zip", f"{len(infos)}")
    names = [info.filename for info in infos if not info.filename.startswith("__MACOSX/")]
    if len(set(names)) != len(names):
        raise Refused.whole_file("every name once in the zip", "a name that stands there twice")
    for name in names:
        if re.search(r"[/\\:]|^\.\.", name):
            raise Refused.whole_file("a zip without folders or paths", shown(name))
        if name.lower().endswith(ARCHIVES):
            raise Refused.whole_file("a zip without another archive in it", shown(name))
    for info in infos:
        check_member(info)
    check_sizes(sum(info.file_size for info in infos), sum(info.compress_size for info in infos))


def check_member(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 1:
        raise Refused.whole_file("a zip without a password", f"{shown(info.filename)} is encrypted")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Refused.whole_file("plain files in the zip", f"{shown(info.filename)} is a link")
    check_sizes(info.file_size, info.compress_size)


def check_sizes(unpacked: int, packed: int) -> None:
    if unpacked > LARGEST_UNPACKED:
        raise Refused.whole_file(
            f"at most {LARGEST_UNPACKED // MEGABYTE} MB unpacked", f"{unpacked // MEGABYTE:,} MB"
        )
    if unpacked > LARGEST_RATIO * max(packed, 1) and unpacked > MEGABYTE:
        raise Refused.whole_file(
            f"files packed at most {LARGEST_RATIO} to 1", f"{unpacked:,} bytes out of {packed:,}"
        )


CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def checked_text(data: bytes) -> bytes:
    """The bytes, if they can be text at all."""
    if not data.strip():
        raise Refused.whole_file("a file with rows", "an empty file")
    for beginning, words in KNOWN_BEGINNINGS:
        if data.startswith(beginning):
            raise Refused.whole_file("a csv, or a zip with one", words)
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<", data):
        raise Refused.whole_file(
            "a csv, or a zip with one",
            "a web page, perhaps an error or the licence page: download the file itself",
        )
    if control := CONTROLS.search(data):
        at = control.start()
        found = "a NUL byte" if data[at] == 0 else f"the control character 0x{data[at]:02X}"
        raise Refused.whole_file("plain text", found, line=data.count(b"\n", 0, at) + 1)
    return data
