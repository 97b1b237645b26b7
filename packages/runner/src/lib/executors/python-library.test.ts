import { spawnSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { delimiter } from 'node:path'
import { env } from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Workbench } from './node-attempt.fixture.ts'
import { createPythonExecutor } from './python.ts'
import { pythonPath } from './python-folder.ts'
import { createSupervisor } from './supervisor.ts'

const STEP = `import json, sys, argparse
from orchestrator.scriptlets.python.core.base import BaseScriptlet
from orchestrator.scriptlets.python.core.logging_util import get_logger
from orchestrator.scriptlets.python.core.resource import track_resources
from orchestrator.context import Context

logger = get_logger(__name__)

class Twice(BaseScriptlet):
    def validate(self, ctx, params):
        if "n" not in params: raise ValueError("missing n")

    @track_resources
    def run(self, ctx, params):
        try:
            self.validate(ctx, params)
            logger.info("twice %s", params["n"])
            ctx.set("numbers.twice_v1", params["n"] * 2, who="twice")
            print(json.dumps({"status": "ok", "outputs": ["numbers.twice_v1"]}))
            return 0
        except Exception as e:
            print(json.dumps({"status": "error", "reason": str(e), "exit_code": 1, "step": "twice"}))
            return 1

if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--params", required=True)
    sys.exit(Twice().run(Context(), json.loads(ap.parse_args().params)))
`
const PATH = 'orchestrator/scriptlets/python/steps/twice.py'

describe('the library of the original framework', () => {
  let bench: Workbench
  beforeEach(() => {
    bench = new Workbench()
    bench.file(PATH, STEP)
  })
  afterEach(() => bench.remove())

  const python = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    spawnSync('python3', ['-B', ...args], {
      cwd: bench.root,
      encoding: 'utf8',
      env: { ...env, PYTHONPATH: [bench.root, pythonPath()].join(delimiter), ...more },
    })

  it('lets a scriptlet run alone', () => {
    const done = python([PATH, '--params', '{"n": 2}'])
    expect(done.stdout).toBe('{"status": "ok", "outputs": ["numbers.twice_v1"]}\n')
    expect(done.stderr).toMatch(/INFO __main__: twice 2\n\[resource\] duration_sec=\d/)
    expect(python(['-m', 'orchestrator.scriptlets.python.steps.twice', '--params', '{}'])).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('missing n'),
    })
  })

  it('gives tests a context', () => {
    bench.file(
      'check.py',
      `from orchestrator.context import Context
from orchestrator.scriptlets.python.steps.twice import Twice
ctx = Context()
assert Twice().run(ctx, {"n": 1.5}) == 0
assert ctx.get("numbers.twice_v1") == 3.0 and type(ctx.get("numbers.twice_v1")) is float
assert Twice().run(Context(), {}) == 1
assert ctx.get("numbers.none_v1") is None and ctx.get("numbers.none_v1", 7) == 7
assert ctx.keys() == ["numbers.twice_v1"] and list(ctx.to_dict().keys()) == ctx.keys() and "numbers.twice_v1" in ctx
ctx.set("numbers.twice_v1", 4, who="test")
assert [w["who"] for w in ctx.history("numbers.twice_v1")] == ["twice", "test"] and len(ctx.history()) == 2
value = {"rows": []}
ctx.set("a.b_v1", value, who="test")
value["rows"].append(1)
assert ctx.get("a.b_v1") == {"rows": []}
for key, bad in (("a.b_v1", object()), ("a.b_v1", {"x": float("inf")}), ("Bad", 1)):
    try: ctx.set(key, bad, who="test")
    except (TypeError, ValueError): continue
    raise AssertionError(key)
`,
    )
    expect(python(['check.py'])).toMatchObject({ status: 0, stderr: expect.not.stringContaining('Error') })
  })

  it('says what to write for what is not JSON', () => {
    const values = ['datetime.date(2026, 1, 9)', '{1}', 'b""', 'array.array("i")', 'object()']
    const program = `import array, datetime
from orchestrator.context import Context
for value in (${values.join()}):
    try: Context().set("a.b_v1", {"x": value}, who="test")
    except TypeError as error: print(error)`
    expect(python(['-c', program]).stdout.trim().split('\n')).toEqual([
      '$.x is of type date, which is not JSON: write its .isoformat()',
      '$.x is of type set, which is not JSON: write a list, sorted(...)',
      '$.x is of type bytes, which is not JSON: write a text, .decode()',
      '$.x is of type array, which is not JSON: write its .tolist()',
      '$.x is of type object, which is not JSON',
    ])
  })

  it('is there outside of a run as well, beside packages of the workspace that lack it', () => {
    for (const folder of ['', '/scriptlets', '/scriptlets/python', '/scriptlets/python/steps']) bench.file(`orchestrator${folder}/__init__.py`, '')
    bench.file('elsewhere/sitecustomize.py', 'import sys\nprint("the hidden one", file=sys.stderr)\n')
    const program = 'import orchestrator.runner, orchestrator.scriptlets.python.steps.twice as t; print(t.Twice.__mro__[1].__module__)'
    const path = [bench.root, pythonPath(), `${bench.root}/elsewhere`].join(delimiter)
    expect(python(['-c', program], { PYTHONPATH: path })).toMatchObject({
      status: 0,
      stdout: 'orchestrator.scriptlets.python.core.base\n',
      stderr: 'the hidden one\n',
    })
  })

  it('runs a recipe with lorc', () => {
    const lorc = bench.file(
      'lorc',
      `#!/bin/sh
case "$1 $2" in
"run bad.yaml") echo '{"status":"error","reason":"step a failed","exit_code":1,"step":"a","run_id":"r1"}'; exit 1;;
"run none.yaml") exit 2;;
"run "*) echo "$@" >&2; echo '{"status":"ok","ctx_keys":["a.b_v1"],"run_id":"r1"}';;
"runs context") [ "$3 $4" = "r1 --json" ] && echo '{"a.b_v1": 1.5}';;
esac
`,
    )
    chmodSync(lorc, 0o755)
    const bin = { LORC_BIN: lorc }
    const program = `from orchestrator.runner import run_recipe
ctx = run_recipe("good.yaml", only=["a"], skip=["b"], resume_from=["c"])
print(ctx.to_dict())
for path in ("bad.yaml", "none.yaml"):
    try: run_recipe(path)
    except RuntimeError as error: print(error)`
    const done = python(['-c', program], bin)
    expect(done.stdout).toBe("{'a.b_v1': 1.5}\nstep a failed\nlorc ended with exit code 2\n")
    expect(done.stderr).toContain('run good.yaml --only a --skip b --resume-from c')
    const cli = python(['-m', 'orchestrator.runner', '--recipe', 'bad.yaml', '--only', 'a'], bin)
    expect(cli).toMatchObject({ status: 1, stdout: expect.stringContaining('"reason": "step a failed"') })
  })

  it('runs a recipe with the lorc that is installed here, and says where there is none', () => {
    const nowhere = 'lorc is not found: install @lorc/cli here, or name the program in LORC_BIN'
    const run = (code: string) => python(['-c', `import os, runpy, sys\nos.environ["PATH"] = ""\n${code}`])
    const program = `from orchestrator.runner import run_recipe
try: print(run_recipe("good.yaml").to_dict())
except RuntimeError as error: print(error)`
    expect(run(program).stdout).toBe(`${nowhere}\n`)
    const cli = run(`sys.argv = ["runner", "--recipe", "good.yaml"]\nrunpy.run_module("orchestrator.runner", run_name="__main__")`)
    expect([cli.status, JSON.parse(cli.stdout)]).toEqual([2, { status: 'error', reason: nowhere, exit_code: 2, step: null }])
    const lorc = `#!/bin/sh
if [ "$1" = run ]; then echo '{"status":"ok","ctx_keys":[],"run_id":"r1"}'; else echo '{"installed.here_v1": 1}'; fi
`
    chmodSync(bench.file('node_modules/.bin/lorc', lorc), 0o755)
    expect(run(program).stdout).toBe("{'installed.here_v1': 1}\n")
    expect(run(`os.chdir("orchestrator/scriptlets")\n${program}`).stdout).toBe("{'installed.here_v1': 1}\n")
  })

  it.each([
    ['a package of the workspace that lacks the library', ['orchestrator/__init__.py', 'orchestrator/scriptlets/__init__.py'], {}],
    ["the workspace's own modules, which come first", [], { 'orchestrator/context.py': 'class Context:\n    own = True\n' }],
  ])('works in a run beside %s', async (_, packages, files) => {
    for (const path of packages) bench.file(path, '')
    for (const [path, text] of Object.entries(files)) bench.file(path, text)
    const executor = createPythonExecutor({
      workspace: { root: bench.root, allow: [] },
      stateDir: `${bench.root}/.lorc`,
      supervisor: createSupervisor({ env, graceMs: 100 }),
    })
    bench.file('own.py', 'from orchestrator.context import Context\nclass Job:\n    def run(self, ctx, params):\n        return {"status": "ok", "own": hasattr(Context, "own")}\n')
    const twice = { type: 'python', module: 'orchestrator.scriptlets.python.steps.twice', function: 'Twice', args: { n: 2 } }
    expect(await executor.execute(bench.attempt(twice))).toMatchObject({ status: 'ok', writes: { 'numbers.twice_v1': { value: 4 } } })
    const own = Object.keys(files).length > 0
    expect(await executor.execute(bench.attempt({ type: 'python', module: 'own', function: 'Job' }))).toMatchObject({ meta: { own } })
    await executor.close()
  })
})
