"""Python runs this at its start where PYTHONPATH has this folder, as `lorc python-path` prints it: so tests find what steps
of a run find. One that is further down the path is run as well: this one only hides it."""

import importlib.util
import os
import sys
from importlib.machinery import PathFinder

from lorc_framework import CompatFinder

FOLDER = os.path.dirname(os.path.realpath(__file__))


def hidden():
    """The module of this name that Python would have found without this one."""
    return PathFinder.find_spec('sitecustomize', [path for path in sys.path if os.path.realpath(path) != FOLDER])


sys.meta_path.append(CompatFinder(FOLDER))
spec = hidden()
if spec is not None and spec.loader is not None:
    sys.modules['sitecustomize'] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules['sitecustomize'])
