"""Where the modules of the original framework come from."""

import importlib.machinery
import os


class CompatFinder:
    """Finds `orchestrator.*` in lorc's library where the workspace has an `orchestrator` package without them.

    Where the workspace's folders have no `__init__.py`, Python merges them with the library's by itself (PEP 420). A
    regular package hides the library: this finder, the last to be asked, finds what the package lacks."""

    def __init__(self, folder):
        self.folder = folder

    def find_spec(self, name, path=None, target=None):
        if not name.startswith('orchestrator.'):
            return None
        where = os.path.join(self.folder, *name.split('.')[:-1])
        return importlib.machinery.PathFinder.find_spec(name, [where])
