"""`manage.py batch`: a panel of patients in (csv), a line of results for each out (csv)."""

import sys
import time

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from estimator import batch, engines
from estimator.batch_columns import template
from estimator.batch_local import run_here
from estimator.batch_models import BatchRun
from estimator.batch_panel import PanelRefused

from .estimate import reference
from .simulate import written

State = BatchRun.State
LOOK_EVERY = 0.5


class Command(BaseCommand):
    help = (
        "Estimate a panel of patients (PANEL.csv; --template prints its columns). Every row is checked first."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "panel", metavar="PANEL", nargs="?", help="a .csv file with a row for each patient"
        )
        parser.add_argument("-o", "--output", metavar="FILE", help="where the results go (.csv)")
        parser.add_argument(
            "--engine", choices=("local", "celery"), help="instead of what ESTIMATOR_QUEUE says"
        )
        parser.add_argument("--processes", type=int, metavar="N", help="local: how many (default: the cores)")
        parser.add_argument("--resume", metavar="RUN", help="go on with a panel that was begun before")
        parser.add_argument(
            "--while-running",
            action="store_true",
            help="with --resume: nothing that is paused goes on by this",
        )
        parser.add_argument("--template", action="store_true", help="print a panel to fill in")

    def handle(self, *, panel, output, engine, processes, resume, while_running, **options):
        if options["template"]:
            self.stdout.write(template(), ending="")
            return
        if bool(panel) == bool(resume) or (panel and not output):
            raise CommandError(
                "name a PANEL and where its results go (-o), or a run to --resume", returncode=2
            )
        if processes is not None and processes < 1:
            raise CommandError("--processes: expected a number from 1", returncode=2)
        run = self.resumed(resume, while_running) if resume else self.created(panel)
        self.work(run, engine or ("celery" if settings.QUEUE else "local"), processes)
        self.report(run, output)

    def created(self, path: str) -> BatchRun:
        try:
            with open(path, "rb") as file:
                run = batch.create(file, path, reference(), timezone.localdate())
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from None
        except PanelRefused as refused:
            for problem in refused.problems:
                self.stderr.write(str(problem))
            more = refused.count - len(refused.problems)
            beside = f" ({more:,} more are not listed)" if more else ""
            words = f"{path}: {refused.count:,} to mend{beside}. Nothing was started."
            raise CommandError(words, returncode=2) from None
        batch.start(run)
        return run

    def resumed(self, public_id: str, while_running: bool) -> BatchRun:
        try:
            run = BatchRun.objects.get(public_id=public_id)
        except (BatchRun.DoesNotExist, ValidationError):
            raise CommandError(f"no panel {public_id} is here", returncode=2) from None
        if while_running:
            return run
        try:
            {State.DONE: lambda run: None, State.READY: batch.start, State.STOPPED: batch.restart}.get(
                run.state, batch.resume
            )(run)
        except batch.WrongState as error:
            raise CommandError(str(error), returncode=2) from None
        return run

    def work(self, run: BatchRun, engine: str, processes: int | None):
        """Until nothing is left to do; Ctrl-C pauses."""
        bar = tqdm(total=run.rows, unit=" rows", disable=None, file=sys.stderr)

        def watch(progress: batch.Progress):
            bar.update(progress.done - bar.n)

        try:
            if engine == "celery":
                self.wait(run, watch)
            else:
                run_here(run, processes, watch)
        except engines.EngineDown as error:
            raise CommandError(f"{error} {self.how_to_go_on(run)}", returncode=2) from None
        except KeyboardInterrupt:
            batch.pause(run)
            raise CommandError(f"paused. {self.how_to_go_on(run)}", returncode=130) from None
        finally:
            bar.close()

    def wait(self, run: BatchRun, watch):
        """Until the workers of the queue are done."""
        engines.launch(run)
        while (now := batch.progress(run)).state == State.RUNNING:
            watch(now)
            time.sleep(LOOK_EVERY)
        watch(now)

    def how_to_go_on(self, run: BatchRun) -> str:
        return f"Go on with: manage.py batch --resume {run.public_id} -o RESULTS.csv"

    def report(self, run: BatchRun, output: str | None):
        """The results, where the run is done. Ends with 1 where a row has no estimate, as `simulate` does."""
        run.refresh_from_db()
        if run.state != State.DONE:
            words = f"This panel is {run.get_state_display()}. {run.reason}".strip()
            raise CommandError(f"{words} {self.how_to_go_on(run)}", returncode=2)
        if output:
            with written(output) as out:
                out.writelines(batch.download(run))
        if refused := batch.summary(run)["refused"]:
            self.stderr.write(
                f"{refused:,} of {run.rows:,} rows could not be estimated: see the column refusal."
            )
            sys.exit(1)
