"""Logs without the tokens of share links: whoever reads a log must not be able to read a family's sheet.

What looks like a token goes, and what follows `/share/`, right or wrong: a mistyped token is nearly a token.
"""

import logging
import re

TOKEN = re.compile(r"(?<=share/)[^\s\"'?#&<>]+|[\w%-]{43,}", re.ASCII)


def masked(text: str) -> str:
    return TOKEN.sub("[masked]", text)


class MaskedFormatter(logging.Formatter):
    """A whole entry with its traceback, without tokens."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def mask_arguments(record: logging.LogRecord) -> bool:
    """A logging filter: the same for a logger that brings its own formatter, as gunicorn's do."""
    if isinstance(record.msg, str):
        record.msg = masked(record.msg)
    if isinstance(record.args, dict):
        for name, value in record.args.items():
            record.args[name] = masked(value) if isinstance(value, str) else value
    elif record.args:
        record.args = tuple(masked(value) if isinstance(value, str) else value for value in record.args)
    return True


def mask_gunicorn() -> None:
    """Whatever its access log format says. Called in every worker, before the first request."""
    for name in ("gunicorn.access", "gunicorn.error"):
        logging.getLogger(name).addFilter(mask_arguments)
