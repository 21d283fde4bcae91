"""State that belongs to one machine and to nobody else: the folder `.local/` and the secret key in it."""

import os
import secrets


def private_folder(folder):
    """Make the folder, readable by its owner alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def kept_secret(file):
    """The secret in this file, made on first use. Of several processes that start at once, one wins."""
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(50))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text()
