import type { Template } from './template.ts'

export const python: Template = {
  summary: 'Python steps, with a check before they run',
  next: 'lorc run words.yaml',
  files: async () => ({
    'words.yaml': `# lorc run words.yaml
name: words
steps:
  - { name: read, type: python, module: steps.words, function: Read, args: { text: the quick brown fox and the lazy dog } }
  - { name: count, type: python, module: steps.words, function: Count, cache: auto }
`,
    'steps/__init__.py': '',
    'steps/words.py': `"""Steps are classes with run(ctx, params) -> 0; validate(ctx, params) comes first, before anything is changed.

The result is the one line on stdout, as JSON; what goes to stderr is the step's log.
"""
import json
import sys
from collections import Counter


class Read:
    def validate(self, ctx, params):
        if not params.get("text"):
            raise ValueError("text is empty")

    def run(self, ctx, params):
        words = params["text"].split()
        print(f"read {len(words)} words", file=sys.stderr)
        ctx.set("words.list_v1", words)
        print(json.dumps({"status": "ok", "outputs": ["words.list_v1"]}))
        return 0


class Count:
    def run(self, ctx, params):
        ctx.set("words.counts_v1", dict(Counter(ctx.get("words.list_v1"))))
        print(json.dumps({"status": "ok", "outputs": ["words.counts_v1"]}))
        return 0
`,
  }),
}
