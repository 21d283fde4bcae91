import secrets
import socket
from hashlib import sha256
from io import StringIO
from pathlib import Path
from string import ascii_letters, digits

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command, get_commands
from django.db import connection

from drugs.models import Drug


class Command(BaseCommand):
    """Make a local installation ready to serve: database, reference data, a demo administrator, static files.

    `./run` calls it at every start, so what has not changed since the last start is left alone.
    """

    help = "Make a local installation ready to serve (./run calls this)."

    def add_arguments(self, parser):
        parser.add_argument("--port", default="8000", help="the port that will be served; it must be free")

    def handle(self, port, **options):
        if settings.PRODUCTION:
            raise CommandError(
                "prepare makes a demo administrator: it is for local mode, not for production."
            )
        check_port(port)
        if not keeps_its_data():
            forget("reference")
        call_command("migrate", interactive=False, verbosity=0)
        if "load_reference" in get_commands():
            once("reference", files_under("drugs", "payers"), self.load_reference)
        if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            forget("static")
        once("static", static_sources(), self.collect_static)
        self.make_demo_administrator()
        call_command("purge_estimates", stdout=StringIO())

    def load_reference(self):
        """A file that cannot be loaded does not keep an installation with data from starting: it says so instead."""
        self.stdout.write("Loading the reference data ...")
        try:
            call_command("load_reference", stdout=self.stdout, stderr=self.stderr)
        except CommandError as error:
            if not Drug.objects.exists():
                raise
            self.stderr.write(f"The reference data were not refreshed, the site has what it had. {error}")
            return False
        return True

    def collect_static(self):
        call_command("collectstatic", interactive=False, verbosity=0)

    def make_demo_administrator(self):
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists() or users.filter(username="admin").exists():
            return
        password = "".join(secrets.choice(ascii_letters + digits) for _ in range(16))
        admin = users.create_superuser("admin", password=password)
        admin.groups.add(Group.objects.get(name="administrator"))
        self.stdout.write(f"Sign in at /admin/ as admin with the password {password} (shown only this once).")


def check_port(port):
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise CommandError(f"PORT is {port!r}; it must be a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except PermissionError:
            raise CommandError(f"Port {port} is for administrators only. Try: PORT=8001 ./run") from None
        except OSError:
            raise CommandError(f"Port {port} is in use. Try another: PORT=8001 ./run") from None


def keeps_its_data():
    """Whether this is the database file of the last start. Another database server may have been swapped."""
    return connection.vendor == "sqlite" and Path(settings.DATABASES["default"]["NAME"]).exists()


def once(name, files, work):
    """Do the work, unless it was done here before with the very same files."""
    done_with, now = stamp(name), fingerprint(files)
    if done_with.exists() and done_with.read_text() == now:
        return
    forget(name)
    if work() is not False:
        done_with.write_text(now)


def forget(name):
    stamp(name).unlink(missing_ok=True)


def stamp(name):
    return settings.STATE_DIR / f"{name}.stamp"


def fingerprint(files):
    digest = sha256()
    for file in sorted(files):
        state = file.stat()
        digest.update(f"{file}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def files_under(*folders):
    """Code and data of these folders; not what Python compiles beside them."""
    return [
        file
        for folder in folders
        for file in (settings.BASE_DIR / folder).rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    ]


def static_sources():
    return [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]
