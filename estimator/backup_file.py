"""The file of a backup: an ordinary zip whose last 64 bytes are the SHA-256 of everything before them.

`manifest.json` says what is inside: when it was made, the migrations of its database and the rows of every table.
`rows/TABLE.jsonl` holds one table: the names of its columns, then one row a line. One changed or missing byte
anywhere is seen before a single row is read.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

FORMAT = 1
DIGEST = 64
"""Length of a SHA-256 in hexadecimal: the comment of the zip, which is the end of the file."""


class NotDone(Exception):
    """Why nothing was written or touched, in words for the person who asked."""


@dataclass(frozen=True)
class Manifest:
    made_at: str
    engine: str
    database: str
    migrations: list[list[str]]
    rows: dict[str, int]
    """How many rows the table of each model has: `estimator.estimate`: 412."""
    format: int = FORMAT


class Writer:
    """Writes a backup beside its final name, readable by its owner alone, and puts it there whole or not at all."""

    def __init__(self, path: Path):
        if path.exists():
            raise NotDone(f"{path} exists already. A backup never replaces a file: choose another name.")
        self.path, self.draft = path, path.with_name(f".{path.name}.{os.getpid()}")

    def __enter__(self) -> "Writer":
        try:
            self.handle = open(os.open(self.draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        except OSError as error:
            raise NotDone(f"{self.path}: {error.strerror}") from None
        self.zip = ZipFile(self.handle, "w", ZIP_DEFLATED)
        return self

    def __exit__(self, kind, error, trace) -> None:
        self.zip.close()
        self.handle.close()
        self.draft.unlink(missing_ok=True)

    def table(self, name: str, lines: Iterable[list]) -> int:
        """Write its columns and rows; tells how many rows."""
        count = -1
        with self.zip.open(member(name), "w", force_zip64=True) as out:
            for line in lines:
                out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                count += 1
        return count

    def finish(self, manifest: Manifest) -> str:
        """Seal it and give it its name. Tells its SHA-256."""
        self.zip.writestr("manifest.json", json.dumps(asdict(manifest), indent=1))
        self.zip.comment = b"0" * DIGEST
        self.zip.close()
        digest = digest_of(self.handle)
        self.handle.seek(-DIGEST, os.SEEK_END)
        self.handle.write(digest.encode())
        self.handle.flush()
        os.fsync(self.handle.fileno())
        os.link(self.draft, self.path)  # fails where a file of that name has appeared meanwhile
        return digest


def member(name: str) -> str:
    return f"rows/{name}.jsonl"


def digest_of(handle) -> str:
    """The SHA-256 of all but the last 64 bytes."""
    left = handle.seek(0, os.SEEK_END) - DIGEST
    handle.seek(0)
    digest = sha256()
    while left > 0 and (block := handle.read(min(left, 1 << 20))):
        digest.update(block)
        left -= len(block)
    return digest.hexdigest()


class Backup:
    """A backup that was read as far as its seal and its manifest: whole, and of a kind we know."""

    def __init__(self, path: Path):
        self.path = path
        try:
            with path.open("rb") as handle:
                self.digest = sealed(path, handle)
            self.zip = ZipFile(path)
            self.manifest = Manifest(**json.loads(self.zip.read("manifest.json")))
        except OSError as error:
            raise NotDone(f"{path}: {error.strerror or error}") from None
        except (BadZipFile, KeyError, TypeError, ValueError):
            raise NotDone(f"{path} is whole, but no backup that this version can read.") from None

    def table(self, name: str) -> Iterator[list]:
        """The columns first, then the rows."""
        with self.zip.open(member(name)) as lines:
            for line in lines:
                yield json.loads(line)


def sealed(path: Path, handle) -> str:
    digest = digest_of(handle)
    if handle.read(DIGEST) != digest.encode():
        raise NotDone(
            f"{path} is not a whole backup: it was cut short or changed, or is another kind of file."
        )
    return digest
