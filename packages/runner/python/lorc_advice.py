"""What to do about a module that Python does not find."""

import os
import sys


def import_advice(error, root):
    """For the exception of a step, in the workspace `root`; None where nothing is known."""
    name = getattr(error, 'name', None)
    if not isinstance(error, ModuleNotFoundError) or not isinstance(name, str):
        return None
    top = name.partition('.')[0]
    if is_module(root, top):
        return None
    beside = os.path.relpath(importer(error), root)
    if not beside.startswith(os.pardir) and beside != os.curdir and is_module(os.path.join(root, beside), top):
        return 'Modules are found from the workspace: write `from %s import %s`.' % (beside.replace(os.sep, '.'), top)
    if sys.prefix != sys.base_prefix:
        return 'Install the package that has it: %s -m pip install PACKAGE' % sys.executable
    return 'Install the package that has it for %s, or make a `.venv` in the workspace: that comes first.' % sys.executable


def importer(error):
    """The folder of the file whose import failed."""
    file = ''
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith('<'):
            file = name
        trace = trace.tb_next
    return os.path.dirname(os.path.abspath(file))


def is_module(folder, name):
    return os.path.isfile(os.path.join(folder, name + '.py')) or os.path.isdir(os.path.join(folder, name))
