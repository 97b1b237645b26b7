"""Runs a recipe with lorc: `run_recipe(path)` in a program, `python -m orchestrator.runner --recipe PATH` in a shell."""

import json
import os
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

    The program is LORC_BIN, else `lorc` on PATH."""
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
    return os.environ.get('LORC_BIN') or 'lorc'


def main():
    import argparse

    parser = argparse.ArgumentParser(description='Runs a recipe with lorc.')
    parser.add_argument('--recipe', required=True)
    for flag in ('--only', '--skip', '--resume-from'):
        parser.add_argument(flag, nargs='+', default=())
    given = parser.parse_args()
    code, result = _run(given.recipe, given.only, given.skip, given.resume_from, None)
    print(json.dumps(result))
    return code


if __name__ == '__main__':
    sys.exit(main())
