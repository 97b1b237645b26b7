"""Runs a recipe with lorc: `run_recipe(path)` in a program, `python -m orchestrator.runner --recipe PATH` in a shell."""

import json
import os
import shutil
import subprocess
import sys

from orchestrator.context import Context


class RecipeError(RuntimeError):
    """The run did not complete. `result` is what lorc said: `reason`, `exit_code`, `step`, `run_id`."""

    def __init__(self, result):
        super().__init__(result.get('reason') or 'the run did not complete')
        self.result = result


def run_recipe(path, only=(), skip=(), resume_from=()):
    """Runs a recipe and returns the Context that it left. Raises RecipeError.

    The program is LORC_BIN, else the lorc that is installed in the current folder or the nearest one above it
    (node_modules/.bin/lorc), else `lorc` on PATH."""
    code, result = _run(path, only, skip, resume_from, None)
    if code != 0:
        raise RecipeError(result)
    shown = subprocess.run(
        [_program(), 'runs', 'context', result['run_id'], '--json'], stdout=subprocess.PIPE, check=True
    )
    return Context(json.loads(shown.stdout))


def _run(path, only, skip, resume_from, errors):
    command = [_program(), 'run', os.fspath(path)]
    for flag, names in (('--only', only), ('--skip', skip), ('--resume-from', resume_from)):
        for name in names or ():
            command += [flag, name]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=errors)
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        return done.returncode or 1, {'reason': 'lorc ended with exit code %d' % done.returncode}


def _program():
    given = os.environ.get('LORC_BIN')
    if given:
        return given
    folder = os.getcwd()
    while True:
        installed = os.path.join(folder, 'node_modules', '.bin', 'lorc')
        if os.access(installed, os.X_OK):
            return installed
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    found = shutil.which('lorc')
    if found is None:
        reason = 'lorc is not found: install @lorc/cli here, or name the program in LORC_BIN'
        raise RecipeError({'status': 'error', 'reason': reason, 'exit_code': 2, 'step': None})
    return found


def main():
    import argparse

    parser = argparse.ArgumentParser(description='Runs a recipe with lorc.')
    parser.add_argument('--recipe', required=True)
    for flag in ('--only', '--skip', '--resume-from'):
        parser.add_argument(flag, nargs='+', default=())
    given = parser.parse_args()
    try:
        code, result = _run(given.recipe, given.only, given.skip, given.resume_from, None)
    except RecipeError as error:
        code, result = error.result['exit_code'], error.result
    print(json.dumps(result))
    return code


if __name__ == '__main__':
    sys.exit(main())
