"""Secrets in what steps print."""

import re


class Mask:
    """Replaces the secrets of a step by `***` in what is printed piece by piece, as SecretMask of the runner does."""

    def __init__(self, forms):
        self.forms = sorted(forms, key=len, reverse=True)
        self.pattern = re.compile(b'|'.join([re.escape(form) for form in self.forms]))
        self.held = b''

    def push(self, data):
        """What of all that came so far can be passed on."""
        text = self.held + data
        end = self.safe_end(text)
        self.held = text[end:]
        return self.pattern.sub(b'***', text[:end])

    def rest(self):
        """What was held back because a secret might have begun with it."""
        rest, self.held = self.held, b''
        return self.pattern.sub(b'***', rest)

    def safe_end(self, text):
        found = [match.span() for match in self.pattern.finditer(text)]
        for at in range(max(0, len(text) - len(self.forms[0]) + 1), len(text)):
            if not any(begin < at < end for begin, end in found) and self.begins(text[at:]):
                return at
        return len(text)

    def begins(self, text):
        return any(len(form) > len(text) and form.startswith(text) for form in self.forms)
