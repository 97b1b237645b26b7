"""Imports the modules of a workspace, and again when they changed."""

import importlib
import importlib.machinery
import importlib.util
import os
import sys


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


class Modules:
    """The modules of a workspace that this process has imported."""

    def __init__(self, folders, library):
        self.folders = [os.path.realpath(folder) + os.sep for folder in folders]
        self.run = None
        self.stamps = {}
        sys.path[:0] = folders
        sys.path.append(library)
        sys.meta_path.append(CompatFinder(library))
        # A bytecode file is taken for current when only the second of the change is the same.
        sys.dont_write_bytecode = True

    def load(self, name, file, run):
        """The module of a dotted name, from exactly this file. A new run sees every module of the workspace as it is now."""
        if run != self.run:
            self.run = run
            if any(stamp(path) != known for path, known in self.stamps.values()):
                self.forget()
        module = sys.modules.get(name)
        known = self.stamps.get(name)
        if module is not None and known is not None and known == (file, stamp(file)):
            return module
        if known is not None:
            self.forget()
        module = self.fetch(name, file)
        self.remember()
        self.stamps[name] = (file, stamp(file))
        return module

    def fetch(self, name, file):
        importlib.invalidate_caches()
        module = sys.modules.get(name)
        if module is None:
            spec = importlib.util.find_spec(name)
            if spec is not None and same(spec.origin, file):
                return importlib.import_module(name)
        elif same(getattr(module, '__file__', None), file):
            return module
        # The name means something else to Python, e.g. a module of its own library: it keeps that meaning for others.
        spec = importlib.util.spec_from_file_location('lorc_workspace.' + name, file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def remember(self):
        for name, module in list(sys.modules.items()):
            if name in self.stamps:
                continue
            file = getattr(module, '__file__', None)
            if isinstance(file, str) and self.owns(file):
                self.stamps[name] = (file, stamp(file))

    def forget(self):
        for name in self.stamps:
            sys.modules.pop(name, None)
        self.stamps.clear()

    def owns(self, file):
        path = os.path.realpath(file)
        return any(path.startswith(folder) for folder in self.folders) and 'site-packages' not in path


def same(one, other):
    return isinstance(one, str) and os.path.realpath(one) == os.path.realpath(other)


def stamp(path):
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
