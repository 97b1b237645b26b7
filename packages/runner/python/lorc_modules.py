"""Imports the modules of a workspace, and again when they changed."""

import importlib
import importlib.machinery
import importlib.util
import os
import sys
import types

from lorc_framework import CompatFinder

OWN_LIBRARY = os.path.dirname(os.path.realpath(os.__file__)) + os.sep
# Where modules of the workspace go whose names Python's own library has.
APART = 'lorc_workspace'


class WorkspacePackages:
    """Folders of the workspace without `__init__.py` that hold steps, under the names that steps know them by.

    Python prefers a package or module of the same name anywhere on its path. This finder, the first to be asked, does
    not: such a folder is the package, as it would be with an `__init__.py`."""

    def __init__(self, folders):
        self.folders = folders
        self.claimed = set()

    def find_spec(self, name, path=None, target=None):
        if name not in self.claimed:
            return None
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = self.places(name)
        return spec

    def places(self, name):
        return [place for place in (os.path.join(folder, name) for folder in self.folders) if os.path.isdir(place)]

    def claim(self, name):
        """Makes the name mean the workspace's folder. False: Python's own library has it, and keeps it."""
        if name in self.claimed:
            return True
        module = sys.modules.get(name)
        spec = importlib.util.find_spec(name) if module is None else getattr(module, '__spec__', None)
        origin = spec and spec.origin
        if origin in ('built-in', 'frozen') or is_own_library(origin):
            return False
        found = list(spec.submodule_search_locations or []) if spec else []
        if not any(same(one, place) for one in found for place in self.places(name)):
            self.claimed.add(name)
            for known in list(sys.modules):
                if known == name or known.startswith(name + '.'):
                    del sys.modules[known]
        return True


class Modules:
    """The modules of a workspace that this process has imported."""

    def __init__(self, folders, library):
        self.folders = [os.path.realpath(folder) + os.sep for folder in folders]
        self.run = None
        # Whether the last `load` imported something.
        self.fetched = False
        self.stamps = {}
        # By dotted name: the file and the runner's stamp of it that the module is known to be as.
        self.seen = {}
        self.packages = WorkspacePackages(folders)
        # The names under which `sys.modules` has modules, where they are others.
        self.names = {}
        sys.path[:0] = folders
        sys.path.append(library)
        sys.meta_path.insert(0, self.packages)
        sys.meta_path.append(CompatFinder(library))
        apart = sys.modules[APART] = types.ModuleType(APART)
        apart.__path__ = list(folders)
        # A bytecode file is taken for current when only the second of the change is the same.
        sys.dont_write_bytecode = True

    def load(self, request):
        """The module that an attempt names, from exactly its file. A new run sees all of the workspace as it is now."""
        module = self.found(request)
        self.fetched = module is None
        if module is None:
            name, file = request['module'], request['file']
            own, module = self.fetch(name, file)
            self.remember()
            self.names[name] = own
            self.stamps[own] = (file, stamp(file))
            self.seen[name] = (file, request['stamp'])
        return module

    def found(self, request):
        """The module that `load` gives without importing anything, else None."""
        if request['run'] != self.run:
            self.run = request['run']
            if any(stamp(path) != known for path, known in self.stamps.values()):
                self.forget()
        name, file = request['module'], request['file']
        own = self.names.get(name, name)
        module = sys.modules.get(own)
        seen = (file, request['stamp'])
        if module is not None and self.seen.get(name) == seen:
            return module
        known = self.stamps.get(own)
        if module is not None and known is not None and known == (file, stamp(file)):
            self.seen[name] = seen
            return module
        if known is not None:
            self.forget()
        return None

    def fetch(self, name, file):
        importlib.invalidate_caches()
        top = name.partition('.')[0]
        if top == name or self.packages.claim(top):
            module = sys.modules.get(name)
            if module is None:
                spec = importlib.util.find_spec(name)
                if spec is not None and same(spec.origin, file):
                    return name, importlib.import_module(name)
            elif same(getattr(module, '__file__', None), file):
                return name, module
        # The name means something else to Python, e.g. a module of its own library: it keeps that meaning for others.
        own = APART + '.' + name
        module = importlib.import_module(own)
        if not same(module.__file__, file):
            raise ImportError('%s is %s, and not %s' % (name, module.__file__, file))
        return own, module

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
        self.seen.clear()

    def owns(self, file):
        path = os.path.realpath(file)
        return any(path.startswith(folder) for folder in self.folders) and 'site-packages' not in path


def is_own_library(file):
    if not isinstance(file, str):
        return False
    path = os.path.realpath(file)
    return path.startswith(OWN_LIBRARY) and 'site-packages' not in path and 'dist-packages' not in path


def same(one, other):
    return isinstance(one, str) and os.path.realpath(one) == os.path.realpath(other)


def stamp(path):
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
