"""What may be kept in a context: JSON values and the keys that name them. The rules are those of `@lorc/context`."""

import re

LARGEST = 2**53 - 1
DEPTH = 100
FORBIDDEN = frozenset(('__proto__', 'constructor', 'prototype'))
# Dates and times; arrays and numbers of NumPy; tables of pandas.
CONVERSIONS = (('isoformat', 'its .isoformat()'), ('tolist', 'its .tolist()'), ('to_dict', "its .to_dict('records')"))
WORD = r'[a-z][a-z0-9]*(?:_[a-z0-9]+)*'
KEY = re.compile(r'(?:_runner|%s)(?:\.%s)*\.%s_v[1-9][0-9]{0,8}' % (WORD, WORD, WORD))
IDENTIFIER = re.compile(r'[A-Za-z_$][A-Za-z0-9_$]*')


def check_key(key):
    """Raises ValueError unless `key` is `namespace.entity_vN` in lower snake case."""
    if not isinstance(key, str):
        raise ValueError('a context key must be a string, not %s' % type(key).__name__)
    if len(key) > 200 or KEY.fullmatch(key) is None:
        raise ValueError(
            'the context key %r is not namespace.entity_vN in lower snake case; name it like numbers.stats_v1' % key
        )


def plain(value):
    """A private copy of a JSON value, and the marks of its floats.

    Floats that are whole would read as integers in other languages: the marks are `True` where every number of the
    value is a float, None where no float is whole, else a dict that mirrors the value by key or index. Tuples become
    lists. Raises TypeError or ValueError that names the path of what is not JSON.
    """
    copy, marks, _ = _copy(value, (), 0)
    return copy, marks


def _copy(value, path, depth):
    """The copy, its marks, and whether it has a number that must not be marked."""
    kind = type(value)
    if value is None or kind is bool:
        return value, None, False
    if kind is str or isinstance(value, str):
        return _text(value, path), None, False
    if kind is int or (isinstance(value, int) and kind is not bool):
        if not -LARGEST <= value <= LARGEST:
            raise ValueError('%s is %d, beyond 2^53: write it as a string' % (_at(path), value))
        return int(value), None, True
    if isinstance(value, float):
        number = float(value)
        if number != number or number in (float('inf'), float('-inf')):
            raise ValueError('%s is %r, which is not JSON: write None or leave it out' % (_at(path), number))
        return number, True if number.is_integer() else None, False
    if depth >= DEPTH:
        raise ValueError('%s is nested deeper than %d levels, or contains itself' % (_at(path), DEPTH))
    if isinstance(value, dict):
        return _dict(value, path, depth)
    if kind is list or kind is tuple or isinstance(value, (list, tuple)):
        return _list(value, path, depth)
    raise TypeError('%s is of type %s, which is not JSON%s' % (_at(path), kind.__name__, _instead(value)))


def _instead(value):
    """What to write for it, where we know."""
    if isinstance(value, (set, frozenset)):
        return ': write a list, sorted(...)'
    if isinstance(value, (bytes, bytearray)):
        return ': write a text, .decode()'
    for method, what in CONVERSIONS:
        if callable(getattr(type(value), method, None)):
            return ': write %s' % what
    return ''


def _text(value, path):
    text = str.__str__(value)
    if not text.isascii():
        try:
            text.encode('utf-8')
        except UnicodeEncodeError:
            raise ValueError('%s has half of a surrogate pair, which is not JSON' % _at(path)) from None
    return text


def _dict(value, path, depth):
    copy = {}
    marks = {}
    whole = False
    for name, item in value.items():
        if not isinstance(name, str):
            raise TypeError('%s has the key %r, which is not a string' % (_at(path), name))
        if name in FORBIDDEN:
            raise ValueError('%s may not have a field named %s' % (_at(path), name))
        name = _text(name, path)
        copy[name], mark, other = _copy(item, path + (name,), depth + 1)
        if mark is not None:
            marks[name] = mark
        whole = whole or other
    return copy, _together(marks, whole), whole


def _list(value, path, depth):
    copy = []
    marks = {}
    whole = False
    for index, item in enumerate(value):
        part, mark, other = _copy(item, path + (index,), depth + 1)
        copy.append(part)
        if mark is not None:
            marks[str(index)] = mark
        whole = whole or other
    return copy, _together(marks, whole), whole


def _together(marks, whole):
    if not marks:
        return None
    return marks if whole else True


def _at(path):
    if not path:
        return 'the value'
    parts = ['$']
    for part in path:
        if isinstance(part, int):
            parts.append('[%d]' % part)
        elif IDENTIFIER.fullmatch(part):
            parts.append('.' + part)
        else:
            parts.append('[%r]' % part)
    return ''.join(parts)
