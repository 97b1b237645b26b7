import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AttemptOutcome, StepExecutor } from '../executor.ts'
import type { PlanStep } from '../plan.ts'
import { SecretMask } from '../secrets/secret-mask.ts'
import { Workbench, type TestAttempt } from './node-attempt.fixture.ts'
import { olderPython } from './older-python.fixture.ts'
import { groupLives } from './process-group.ts'
import { createPythonExecutor } from './python.ts'
import { createSupervisor } from './supervisor.ts'

const OK = `print('{"status":"ok","outputs":[]}')`

describe('python steps', () => {
  let bench: Workbench
  let executor: StepExecutor
  let modules = 0

  beforeAll(() => {
    bench = new Workbench()
    executor = createPythonExecutor({
      workspace: { root: bench.root, allow: [] },
      supervisor: createSupervisor({ env, graceMs: 200 }),
      stateDir: join(bench.root, '.lorc'),
    })
  })
  afterAll(async () => {
    await executor.close()
    bench.remove()
  })

  /** A step whose `run` has the given lines; `head` goes before the class, `flags` into it. */
  function step(run: string, more: { head?: string; flags?: string; step?: Partial<PlanStep>; rest?: Partial<TestAttempt> } = {}): TestAttempt {
    const name = `m${++modules}`
    const body = run.split('\n').map((line) => `        ${line}`).join('\n')
    bench.file(`steps/${name}.py`, `${more.head ?? ''}\nclass Job:\n    ${more.flags ?? 'x = 1'}\n    def run(self, ctx, params):\n${body}\n`)
    return bench.attempt({ type: 'python', module: `steps.${name}`, function: 'Job', ...more.step }, more.rest)
  }

  const run = async (text: string, more: Parameters<typeof step>[1] = {}): Promise<AttemptOutcome> => executor.execute(step(text, more))
  async function printed(text: string, more: Parameters<typeof step>[1] = {}): Promise<unknown> {
    const outcome = await run(`import json\nprint(json.dumps({"status":"ok","outputs":[],"v":${text}}))\nreturn 0`, more)
    return outcome.status === 'ok' ? outcome.meta?.['v'] : outcome.error
  }
  const code = async (text: string): Promise<string> => {
    const outcome = await run(text)
    return outcome.status === 'error' ? outcome.error.code : 'ok'
  }

  it('awaits validate and run', async () => {
    const validated = 'async def validate(self, ctx, params):\n        if params.get("bad"): raise ValueError("bad")'
    const body = 'import asyncio\nawait asyncio.sleep(0)\nctx.set("numbers.late_v1", 1, who="job")\nreturn {"status":"ok","outputs":["numbers.late_v1"]}'
    const awaited = (args: Record<string, boolean>): TestAttempt => {
      const attempt = step(body, { flags: validated, step: { args } })
      const file = `steps/m${modules}.py`
      bench.file(file, readFileSync(join(bench.root, file), 'utf8').replace('    def run', '    async def run'))
      return attempt
    }
    expect(await executor.execute(awaited({}))).toMatchObject({ status: 'ok', writes: { 'numbers.late_v1': { value: 1 } } })
    expect(await executor.execute(awaited({ bad: true }))).toMatchObject({ status: 'error', error: { message: 'ValueError: bad' } })
  })

  it('runs the scriptlet of the original framework unchanged', async () => {
    bench.file('orchestrator/scriptlets/python/steps/compute_median.py', COMPUTE_MEDIAN)
    bench.file('orchestrator/Data/numbers.csv', '3\n1\n2\n')
    const attempt = bench.attempt({
      type: 'python',
      module: 'orchestrator.scriptlets.python.steps.compute_median',
      function: 'ComputeMedian',
      args: { src: 'orchestrator/Data/numbers.csv' },
    })
    const outcome = await executor.execute(attempt)
    expect(outcome).toMatchObject({
      status: 'ok',
      outputs: ['numbers.median_v1'],
      writes: { 'numbers.median_v1': { value: { median: 2, count: 3 }, who: 'compute_median', floats: { median: true } } },
      metrics: { exitCode: 0 },
    })
    expect(attempt.log()).toMatch(/^\[resource\] duration_sec=\d/)
    const missing = await executor.execute({ ...attempt, step: { ...attempt.step, args: {} } })
    expect(missing).toMatchObject({ status: 'error', error: { code: 'STEP_FAILED', message: 'ValueError: missing src' } })
  })

  it('measures CPU time and memory', async () => {
    const outcome = await run(`x = bytearray(50_000_000)\nsum(range(2_000_000))\n${OK}\nreturn 0`)
    // Of both: on a busy machine the system tells them apart by samples.
    const { cpuUserMs, cpuSystemMs } = outcome.metrics!
    expect(cpuUserMs! + cpuSystemMs!).toBeGreaterThan(5)
    expect(outcome.metrics?.peakRssBytes).toBeGreaterThan(50_000_000)
    expect((await run(`${OK}\nreturn 0`)).metrics?.cpuUserMs).toBeLessThan(50)
  })

  it('reads and writes the context, int as int and float as float', async () => {
    const attempt = step(`a = ctx.get('in.a_v1')
ctx.set('out.seen_v1', [repr(a), repr(ctx.get('in.none_v1')), ctx.keys(), ctx.has('in.a_v1'), 'in.x_v1' in ctx])
ctx.set('out.mixed_v1', {'f': 1.0, 'i': 1, 'l': [2.0, 2.5], 't': (1,)})
ctx.set('out.floats_v1', [1.0, 2.5], who='me')
ctx.get('out.mixed_v1')['f'] = 9
ctx.set('out.own_v1', [ctx.get('out.mixed_v1')['f'] == 1.0, sorted(ctx.to_dict())[0], ctx.history('in.a_v1')[0]['who'], [write['key'] for write in ctx.history()]])
return {'status': 'ok', 'rows': 3}`)
    attempt.context.set('in.a_v1', { f: 2, i: 2 }, { floats: { f: true } })
    expect(await executor.execute(attempt)).toMatchObject({
      status: 'ok',
      outputs: null,
      meta: { rows: 3 },
      writes: {
        'out.seen_v1': { value: ["{'f': 2.0, 'i': 2}", 'None', ['in.a_v1'], true, false] },
        'out.mixed_v1': { value: { f: 1, i: 1, l: [2, 2.5], t: [1] }, floats: { f: true, l: true } },
        'out.floats_v1': { value: [1, 2.5], who: 'me', floats: true },
        'out.own_v1': { value: [true, 'in.a_v1', 'load', ['in.a_v1']] },
      },
    })
  })

  it.each([
    [`ctx.set('a.b_v1', {'rows': [1, {'date': object()}]})`, 'TypeError: context key a.b_v1: $.rows[1].date is of type object, which is not JSON'],
    [`ctx.set('a.b_v1', [float('nan')])`, 'ValueError: context key a.b_v1: $[0] is nan'],
    [`ctx.set('a.b_v1', 2**53)`, 'the value is 9007199254740992, beyond 2^53'],
    [`ctx.set('a.b_v1', {'x y': {1: 2}})`, `$['x y'] has the key 1, which is not a string`],
    [`ctx.set('a.b_v1', {'__proto__': 1})`, 'the value may not have a field named __proto__'],
    [`x = []\nx.append(x)\nctx.set('a.b_v1', x)`, 'is nested deeper than 100 levels'],
    [`ctx.set('a.b_v1', '\\ud800')`, 'half of a surrogate pair'],
    [`ctx.set('Bad', 1)`, 'is not namespace.entity_vN'],
    [`ctx.set(1, 1)`, 'a context key must be a string'],
    [`ctx.set('_runner.x_v1', 1)`, `is the runner's own`],
    [`ctx.get('Bad')`, 'Bad'],
  ])('refuses at once: %s', async (text, message) => {
    const attempt = step(text)
    expect(await executor.execute(attempt)).toMatchObject({
      status: 'error',
      error: { code: 'STEP_FAILED', message: expect.stringContaining(message) },
    })
    expect(attempt.log()).toContain('Traceback')
    expect(attempt.log()).not.toContain('lorc_host.py')
  })

  it('enforces the contract', async () => {
    expect(await code('return 0')).toBe('STEP_ENVELOPE_MISSING')
    expect(await run('return 0')).toMatchObject({ error: { fix: 'Return it: return {"status": "ok", "outputs": []}' } })
    expect(await code('return None')).toBe('STEP_ENVELOPE_MISSING')
    expect(await code(`${OK}\n${OK}\nreturn 0`)).toBe('STEP_ENVELOPE_REPEATED')
    expect(await code(`${OK}\nreturn {"status":"ok"}`)).toBe('STEP_ENVELOPE_REPEATED')
    expect(await code(`print("hello")\nreturn 0`)).toBe('STEP_ENVELOPE_INVALID')
    expect(await code(`print('{"status":')\nreturn 0`)).toBe('STEP_ENVELOPE_INVALID')
    expect(await code(`${OK}\nreturn 3`)).toBe('STEP_ENVELOPE_CONTRADICTED')
    expect(await code(`print("{" + "x" * 2000000)\nreturn 0`)).toBe('STEP_ENVELOPE_TOO_LONG')
    expect(await code('return 4')).toBe('STEP_FAILED')
    expect(await code(`return True`)).toBe('STEP_RETURN_INVALID')
    expect(await code(`return {"status": object()}`)).toBe('STEP_RETURN_INVALID')
    expect(await code(`return {"status":"error","reason":"no","exit_code":2,"step":"x"}`)).toBe('STEP_FAILED')
  })

  it('keeps standard output that is not an envelope in the log', async () => {
    for (const text of ['one\\ntwo', '{"status":']) {
      const attempt = step(`print('${text}')\nreturn 0`)
      await executor.execute(attempt)
      expect(attempt.log()).toBe(`${text.replace('\\n', '\n')}\n`)
    }
  })

  it('captures what is written past Python, by the step and by its children', async () => {
    const line = String.raw`b'{"status":"ok","outputs":[]}\n'`
    expect(await code(`import os\nos.write(1, ${line})\nreturn 0`)).toBe('ok')
    expect(await code(`import os\nos.system("echo '{\\"status\\":\\"ok\\"}'; echo note >&2")\nreturn 0`)).toBe('ok')
    const attempt = step(`import os, subprocess, sys\nos.write(2, b'\\xffraw ')\nsubprocess.run(['echo', 'child'], stdout=2)\n${OK}\nreturn 0`)
    expect(await executor.execute(attempt)).toMatchObject({ status: 'ok' })
    expect(readFileSync(attempt.logPath, 'latin1')).toBe('\xffraw child\n')
  })

  it.each([
    ['x = 1', 'getpid'],
    ['requires_process = True', 'getppid'],
  ])('masks its secrets on the way to the log, on a host that nobody else gets (%s)', async (flags, host) => {
    const mask = new SecretMask(['s3cr3t'])
    const text = `import os, sys, time
os.system('echo child s3cr3t >&2')
sys.stderr.write('s3c'); sys.stderr.flush(); time.sleep(0.02); sys.stderr.write('r3t\\n')
print('two lines, s3cr3t'); print('x' * 200000); print('host', os.${host}())
raise ValueError('no s3cr3t')`
    const [first, second] = [step(text, { flags, rest: { mask } }), step(text, { flags, rest: { mask } })]
    for (const attempt of [first, second]) {
      expect(await executor.execute(attempt)).toMatchObject({ error: { message: 'ValueError: no s3cr3t' } })
      const log = attempt.log()
      expect(log).not.toContain('s3cr3t')
      for (const part of ['child ***\n', '\n***\n', 'two lines, ***\n', 'ValueError: no ***']) expect(log).toContain(part)
      expect(log.length).toBeGreaterThan(200_000)
    }
    const [one, other] = [first, second].map((attempt) => /^host \d+$/m.exec(attempt.log())?.[0])
    expect(one).toBeDefined()
    expect(one).not.toBe(other)
  })

  it('leaves no log of a step that says nothing', async () => {
    const attempt = step(`${OK}\nreturn 0`)
    await executor.execute(attempt)
    expect(existsSync(attempt.logPath)).toBe(false)
  })

  it('keeps what a module prints while it is imported out of the envelope', async () => {
    const attempt = step(`${OK}\nreturn 0`, { head: `print('imported')` })
    expect(await executor.execute(attempt)).toMatchObject({ status: 'ok' })
    expect(attempt.log()).toBe('imported\n')
  })

  it('shows of a failing import the lines of the module alone', async () => {
    const attempt = step('return 0', { head: 'import no_such_module' })
    expect(await executor.execute(attempt)).toMatchObject({ status: 'error' })
    expect(attempt.log()).toMatch(/^Traceback .*:\n {2}File ".*steps\/m\d+\.py", line 1, in <module>\n {4}import no_such_module\nMod/)
  })

  it('takes SystemExit for an exit code', async () => {
    expect(await code(`${OK}\nimport sys\nsys.exit(0)`)).toBe('ok')
    expect(await run(`import sys\nsys.exit("no input")`)).toMatchObject({ error: { code: 'STEP_FAILED', exitCode: 1 } })
    expect(await run(`raise KeyboardInterrupt()`)).toMatchObject({ error: { code: 'STEP_FAILED', message: 'KeyboardInterrupt' } })
    expect(await run(`import sys\nsys.stderr.close()\nsys.exit("no input")`)).toMatchObject({ error: { code: 'STEP_FAILED', exitCode: 1 } })
  })

  it('tells of an exception that cannot tell of itself', async () => {
    const head = `class Mute(Exception):\n    def __str__(self): raise RuntimeError('no text')`
    const failed = step(`raise Mute()`, { head })
    expect(await executor.execute(failed)).toMatchObject({ error: { code: 'STEP_FAILED', message: 'Mute: <exception str() failed>' } })
    expect(failed.log()).toMatch(/^Traceback[^]*Mute: <exception str\(\) failed>\n$/)
    expect(await run(`import sys\nsys.exit(Mute())`, { head })).toMatchObject({ error: { code: 'STEP_FAILED', exitCode: 1 } })
  })

  it('restores what a step changes', async () => {
    await run(`import os, sys\nos.chdir('/')\nos.environ['LEFT'] = '1'\nos.environ.pop('PATH')\nsys.path.clear()\nsys.argv = []\nsys.stdout.close()\nos.close(1)\nsys.stdout = None\nreturn 0`)
    const seen = await printed(`[__import__('os').getcwd(), __import__('os').environ.get('LEFT'), 'PATH' in __import__('os').environ]`)
    expect(seen).toEqual([bench.root, null, true])
  })

  it('gives each attempt its parameters, whatever the one before did to them', async () => {
    const attempt = step(`params['n'] += 1\nreturn {'status': 'ok', 'n': params['n']}`, { step: { args: { n: 1 } } })
    for (let i = 0; i < 2; i++) expect(await executor.execute(attempt)).toMatchObject({ meta: { n: 2 } })
  })

  it('gives a step exactly its environment', async () => {
    const seen = await printed(`[__import__('os').environ.get(n) for n in ('A', 'LORC_STEP', 'HOME')]`, {
      rest: { env: { PATH: env['PATH'] ?? '', A: 'ä b' } },
    })
    expect(seen).toEqual(['ä b', 'load', null])
  })

  it('calls validate before run, and keeps the writes of a failed attempt to itself', async () => {
    const attempt = step(`raise AssertionError('ran')`, {
      flags: `def validate(self, ctx, params):\n        raise ValueError('missing src')`,
    })
    expect(await executor.execute(attempt)).toMatchObject({ error: { code: 'STEP_FAILED', message: 'ValueError: missing src' } })
    const failed = await run(`ctx.set('a.b_v1', 1)\nraise OSError('disk')`)
    expect(failed).not.toHaveProperty('writes')
  })

  it.each([
    ['import os\nos._exit(0)', 'ended with exit code 0'],
    ['import os\nos.kill(os.getpid(), 11)', 'was ended by SIGSEGV'],
  ])('fails only the attempt whose process dies: %s', async (text, message) => {
    const [crash, fine] = await Promise.all([run(text), run(`import time\ntime.sleep(0.05)\n${OK}\nreturn 0`)])
    expect(crash).toMatchObject({ error: { code: 'STEP_EXECUTOR_CRASHED', message: expect.stringContaining(message) } })
    expect(fine).toMatchObject({ status: 'ok' })
    expect(await code(`${OK}\nreturn 0`)).toBe('ok')
    expect(await run(text, { step: { requiresProcess: true } })).toMatchObject({
      error: { code: 'STEP_EXECUTOR_CRASHED', message: expect.stringContaining(message) },
    })
  })

  it.each([false, true])('ends the whole group on cancel (isolated: %s)', async (requiresProcess) => {
    const attempt = step(
      `import subprocess, sys, time\nsubprocess.Popen(['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done'])\nsys.stderr.write('up')\nsys.stderr.flush()\ntime.sleep(60)`,
      { step: { requiresProcess }, rest: { graceMs: 100 } },
    )
    const done = executor.execute(attempt)
    await expect.poll(() => existsSync(attempt.logPath) && attempt.spawned.length > 0).toBe(true)
    attempt.cancel()
    expect(await done).toMatchObject({ status: 'error', error: { code: 'STEP_CANCELLED' } })
    expect(attempt.spawned).toHaveLength(1)
    expect(groupLives(attempt.spawned[0]?.pid ?? 0)).toBe(false)
    expect(await code(`${OK}\nreturn 0`)).toBe('ok')
  })

  it.runIf(process.platform === 'linux').each([
    ['cancelled', 'on a host', false, 'time.sleep(60)'],
    ['cancelled', 'in a fork', true, 'time.sleep(60)'],
    ['left', 'on a host', false, OK],
    ['left', 'in a fork', true, OK],
  ])('ends what an attempt that is %s started in a session of its own, with its output (%s)', async (how, _, requiresProcess, rest) => {
    const text = `import subprocess, sys, time
child = subprocess.Popen(['sleep', '60'], start_new_session=True)
sys.stderr.write('%d up' % child.pid)
sys.stderr.flush()
${rest}
return 0`
    const attempt = step(text, { step: { requiresProcess }, rest: { graceMs: 100, mask: new SecretMask(['s3cr3t']) } })
    const done = executor.execute(attempt)
    if (how === 'cancelled') {
      await expect.poll(() => existsSync(attempt.logPath) && attempt.log().includes('up')).toBe(true)
      attempt.cancel()
    }
    expect(await done).toMatchObject(how === 'cancelled' ? { error: { code: 'STEP_CANCELLED' } } : { status: 'ok' })
    expect(groupLives(Number.parseInt(attempt.log()))).toBe(false)
  })

  it.each([
    ['threads', `import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()`],
    ['children', `import subprocess\nsubprocess.Popen(['sleep', '60'])`],
    ['signal handlers', `import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)`],
    ['a timer', `import signal\nsignal.setitimer(signal.ITIMER_REAL, 60)`],
  ])('ends an interpreter in which a step left %s', async (_, text) => {
    const outcome = await run(`${text}\nimport os\nreturn {"status": "ok", "pid": os.getpid()}`)
    const pid = outcome.status === 'ok' ? outcome.meta?.['pid'] : 0
    expect(pid).toBeGreaterThan(1)
    expect(groupLives(Number(pid))).toBe(false)
    expect(await code(`${OK}\nreturn 0`)).toBe('ok')
  })

  it('uses one interpreter again and again, and another for another start-up environment', async () => {
    const pid = `__import__('os').getpid()`
    const first = await printed(pid)
    expect(await printed(pid)).toBe(first)
    expect(await printed(pid, { rest: { env: { PATH: env['PATH'] ?? '', PYTHONHASHSEED: '0' } } })).not.toBe(first)
  })

  it('isolates an attempt when the step or the class asks for it, and measures it exactly', async () => {
    const text = `[__import__('os').getpid(), __import__('os').getpgid(0)]`
    const [warm] = (await printed(text)) as number[]
    for (const more of [{ step: { requiresProcess: true } }, { flags: 'requires_process = True' }]) {
      const attempt = step(`import json, os\nbytearray(30_000_000)\nprint(json.dumps({"status":"ok","v":${text}}))\nreturn 0`, more)
      const outcome = await executor.execute(attempt)
      expect(outcome).toMatchObject({ status: 'ok', metrics: { exitCode: 0 } })
      const [pid, group] = (outcome.status === 'ok' ? outcome.meta?.['v'] : []) as number[]
      expect(pid).toBe(group)
      expect(pid).not.toBe(warm)
      expect(outcome.metrics?.peakRssBytes).toBeGreaterThan(30_000_000)
    }
  })

  it('has a fork ready for the next isolated attempt: another one where that died, or has old code', async () => {
    const lines = (name: string): string => `import json, os, sys
seen = []
class Job:
    requires_process = True
    def run(self, ctx, params):
        seen.append(1)
        sys.stderr.write('%s of ${name}\\n' % ctx.attempt)
        return {"status": "ok", "pid": os.getpid(), "host": os.getppid(), "seen": len(seen), "key": os.environ['LORC_IDEMPOTENCY_KEY']}
`
    const children = (host: number): number[] => {
      const rows = execFileSync('ps', ['-A', '-o', 'pid=', '-o', 'ppid=', '-o', 'stat='], { encoding: 'utf8' }).trim().split('\n')
      const processes = rows.map((row) => row.trim().split(/\s+/)).filter(([, , stat]) => !stat!.startsWith('Z'))
      return processes.filter(([, parent]) => parent === String(host)).map(([pid]) => Number(pid))
    }
    bench.file('steps/forked.py', lines('old'))
    let number = 0
    const next = async (name: string): Promise<{ pid: number; host: number }> => {
      const attempt = bench.attempt({ type: 'python', module: 'steps.forked', function: 'Job', name: `f${++number}` }, { number })
      const outcome = await executor.execute(attempt)
      expect(outcome).toMatchObject({ status: 'ok', meta: { seen: 1, key: attempt.idempotencyKey } })
      expect(attempt.log()).toBe(`${number} of ${name}\n`)
      return (outcome.status === 'ok' ? outcome.meta : {}) as { pid: number; host: number }
    }
    const { host } = await next('old')
    const [ready, ...more] = children(host)
    expect(more).toEqual([])
    expect(await next('old')).toMatchObject({ host, pid: ready })
    const [other = 0] = children(host)
    process.kill(other, 'SIGKILL')
    await expect.poll(() => children(host)).toEqual([])
    expect(await next('old')).toMatchObject({ host, pid: expect.not.toSatisfy((pid) => pid === other) as number })
    bench.file('steps/forked.py', lines('new'))
    const [old] = children(host)
    expect((await next('new')).pid).not.toBe(old)
    expect(children(host)).toHaveLength(1)
  })

  it.each([
    ['lasts', ''],
    ['took long to import', 'import time\ntime.sleep(0.5)'],
  ])('tells the process of an isolated attempt that %s', async (_, head) => {
    const attempt = step(`import json, os, time\ntime.sleep(0.2)\nprint(json.dumps({"status":"ok","v":os.getpid()}))`, {
      head,
      step: { requiresProcess: true },
    })
    const outcome = await executor.execute(attempt)
    const pid = outcome.status === 'ok' && outcome.meta?.['v']
    expect(attempt.spawned).toEqual([{ pid, startTime: expect.any(String) as string }])
  })

  it('reports a failing import of an isolated step', async () => {
    expect(await run('return 0', { head: 'import nothing_here', step: { requiresProcess: true } })).toMatchObject({
      error: { code: 'STEP_FAILED', message: "ModuleNotFoundError: No module named 'nothing_here'" },
    })
  })

  it('says what to do about a module that is not there', async () => {
    const fix = async (head: string): Promise<unknown> => {
      const outcome = await run('return 0', { head })
      return outcome.status === 'error' && outcome.error.fix
    }
    expect(await fix('import nothing_here')).toMatch(/^Install the package that has it/)
    bench.file('steps/beside.py', 'X = 1')
    expect(await fix('import beside')).toBe('Modules are found from the workspace: write `from steps import beside`.')
    expect(await fix('from steps import beside\nraise ValueError("no")')).toBeUndefined()
    expect(await fix('import steps.nothing')).toBeUndefined()
  })

  it('runs a class that is not parallelizable alone', async () => {
    const text = `import os, time
path = params['dir'] + '/' + str(os.getpid())
open(path, 'w').close()
alone = len(os.listdir(params['dir'])) == 1
time.sleep(0.05)
alone = alone and len(os.listdir(params['dir'])) == 1
os.remove(path)
return {'status': 'ok', 'alone': alone}`
    const dir = join(bench.root, 'alone')
    mkdirSync(dir)
    const alone = (): Promise<AttemptOutcome> => run(text, { flags: 'parallelizable = False', step: { args: { dir } } })
    const other = (): Promise<AttemptOutcome> => run(text, { step: { args: { dir } } })
    const outcomes = await Promise.all([other(), alone(), other(), alone()])
    expect(outcomes[1]).toMatchObject({ meta: { alone: true } })
    expect(outcomes[3]).toMatchObject({ meta: { alone: true } })
  })

  it('sees a module that changed, in a new run also one that is imported by it', async () => {
    bench.file('parts.py', 'VALUE = 1\n')
    const attempt = step(`import json\nprint(json.dumps({"status":"ok","v":VALUE}))\nreturn 0`, { head: 'from parts import VALUE' })
    const value = async (runId: string): Promise<unknown> => {
      const outcome = await executor.execute({ ...attempt, runId })
      return outcome.status === 'ok' ? outcome.meta?.['v'] : outcome.error
    }
    expect(await value('a')).toBe(1)
    bench.file('parts.py', 'VALUE = 22\n')
    expect(await value('b')).toBe(22)
    const file = `${attempt.step.module?.replace('.', '/')}.py`
    bench.file(file, readFileSync(join(bench.root, file), 'utf8').replace('"v":VALUE', '"v":VALUE + 1'))
    expect(await value('b')).toBe(23)
    expect(existsSync(join(bench.root, '__pycache__'))).toBe(false)
  })

  it('runs the code that is there when its turn comes', async () => {
    const late = step(`return {'status': 'ok', 'v': 1}`, { flags: 'parallelizable = False' })
    expect(await executor.execute(late)).toMatchObject({ meta: { v: 1 } })
    const gate = join(bench.root, 'gate')
    const before = run(`import os, time\nwhile not os.path.exists(params['gate']): time.sleep(0.002)\n${OK}\nreturn 0`, { step: { args: { gate } } })
    const outcome = executor.execute(late)
    const file = `${late.step.module?.replace('.', '/')}.py`
    bench.file(file, readFileSync(join(bench.root, file), 'utf8').replace(`'v': 1`, `'v': 22`))
    bench.file('gate', '')
    expect(await outcome).toMatchObject({ meta: { v: 22 } })
    expect(await before).toMatchObject({ status: 'ok' })
  })

  it('takes a module of the workspace whose name is also one of the standard library', async () => {
    bench.file('json.py', 'class Job:\n    def run(self, ctx, params):\n        return {"status": "ok", "own": True}\n')
    expect(await executor.execute(bench.attempt({ type: 'python', module: 'json', function: 'Job' }))).toMatchObject({
      meta: { own: true },
    })
    expect(await executor.execute(bench.attempt({ type: 'python', module: 'json', function: 'Job' }))).toMatchObject({
      meta: { own: true },
    })
    expect(await printed('1')).toBe(1)
    rmSync(join(bench.root, 'json.py'))
  })

  const SIBLINGS = 'class Job:\n    def run(self, ctx, params):\n        return {"status": "ok", "own": VALUE}\n'

  it.each([
    ['package', 'taken/__init__.py', false],
    ['package that is imported before', 'taken/__init__.py', true],
    ['module', 'taken.py', false],
    ['module that is imported before', 'taken.py', true],
  ])('takes a folder of the workspace for what it is where a %s of that name is installed', async (what, installed, before) => {
    const name = `taken_${what.replaceAll(' ', '_')}`
    bench.file(`installed/${installed.replace('taken', name)}`, 'raise_if = 1\n')
    bench.file(`${name}/shared.py`, 'VALUE = "mine"\n')
    bench.file(`${name}/load.py`, `from ${name}.shared import VALUE\nfrom . import shared\n${SIBLINGS}`)
    const path = { PATH: env['PATH'] ?? '', PYTHONPATH: join(bench.root, 'installed') }
    if (before) {
      const head = `import sys\nsys.path.insert(0, ${JSON.stringify(path.PYTHONPATH)})\nimport ${name}\nassert ${name}.raise_if\nsys.path.pop(0)`
      await printed('1', { head, rest: { env: path } })
    }
    const attempt = bench.attempt({ type: 'python', module: `${name}.load`, function: 'Job' }, { env: path })
    expect(await executor.execute(attempt)).toMatchObject({ meta: { own: 'mine' } })
    expect(await executor.execute(attempt)).toMatchObject({ meta: { own: 'mine' } })
  })

  it('takes a folder of the workspace whose name the standard library has, and leaves it that name', async () => {
    bench.file('calendar/shared.py', 'VALUE = "mine"\n')
    bench.file('calendar/load.py', `import calendar\nfrom .shared import VALUE\nassert calendar.isleap(2024)\n${SIBLINGS}`)
    const attempt = bench.attempt({ type: 'python', module: 'calendar.load', function: 'Job' })
    expect(await executor.execute(attempt)).toMatchObject({ meta: { own: 'mine' } })
    bench.file('calendar/shared.py', 'VALUE = "changed"\n')
    expect(await executor.execute({ ...attempt, runId: 'another' })).toMatchObject({ meta: { own: 'changed' } })
  })

  it('names what is missing', async () => {
    const attempt = step('return 0')
    expect(await executor.execute({ ...attempt, step: { ...attempt.step, module: 'steps.none' } })).toMatchObject({ error: { code: 'MODULE_MISSING' } })
    expect(await executor.execute({ ...attempt, step: { ...attempt.step, function: 'Nope' } })).toMatchObject({
      error: { code: 'EXPORT_MISSING', message: expect.stringMatching(/has no class `Nope`\.$/), fix: 'Its scriptlets are Job.' },
    })
    const { function: _, ...rest } = attempt.step
    expect(await executor.execute({ ...attempt, step: rest })).toMatchObject({ error: { code: 'EXPORT_MISSING' } })
    const other = step('return 0', { head: 'Nope = 1' })
    expect(await executor.execute({ ...other, step: { ...other.step, function: 'Nope' } })).toMatchObject({
      error: { code: 'EXPORT_MISSING', message: expect.stringContaining('`Nope`') },
    })
  })

  it('keeps the code of an exception, if it is a text', async () => {
    const head = `class Refused(Exception):\n    code = 'QUOTA'\nclass Odd(Exception):\n    @property\n    def code(self): raise ValueError()`
    expect(await run(`raise Refused('later')`, { head })).toMatchObject({
      error: { code: 'STEP_FAILED', message: 'Refused: later', details: { code: 'QUOTA' } },
    })
    for (const raised of ['Odd', 'SyntaxError']) {
      const outcome = await run(`raise ${raised}('no')`, { head })
      expect(outcome.status === 'error' && outcome.error).toEqual({ code: 'STEP_FAILED', message: `${raised}: no`, exitCode: 1 })
    }
  })

  it('makes the folder for artifacts when a step asks for it', async () => {
    const attempt = step(`import os\nopen(ctx.artifacts_dir + '/f', 'w').close()\nreturn {"status":"ok","dir":os.environ['LORC_ARTIFACTS_DIR']}`)
    expect(await executor.execute(attempt)).toMatchObject({ meta: { dir: attempt.artifactsDir } })
    expect(existsSync(join(attempt.artifactsDir, 'f'))).toBe(true)
  })

  it('tells its progress', async () => {
    const attempt = step(`ctx.progress(1, 2)\nctx.progress(2)\n${OK}\nreturn 0`)
    await executor.execute(attempt)
    expect(attempt.progress).toEqual([[1, 2], [2, null]])
  })

  it('starts nothing for an attempt that was cancelled before', async () => {
    const attempt = step(`open('ran', 'w')\n${OK}\nreturn 0`)
    attempt.cancel()
    expect(await executor.execute(attempt)).toMatchObject({ error: { code: 'STEP_CANCELLED' } })
    expect(existsSync(join(bench.root, 'ran'))).toBe(false)
  })

  it('keeps 200 MB of output without growing', async () => {
    const before = process.memoryUsage().rss
    const attempt = step(`import os\nfor i in range(100):\n    os.write(1, b'x\\n' * 500_000)\n    os.write(2, b'\\xff' * 1_000_000)\nreturn 0`)
    expect(await executor.execute(attempt)).toMatchObject({ error: { code: 'STEP_ENVELOPE_REPEATED' } })
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000)
    expect(statSync(attempt.logPath).size).toBe(200_000_000)
  })

  it.each([
    ['/no/such/python', 'ENOENT'],
    ['/bin/false', 'it ended at once'],
    ['3.7', 'it is Python 3.7, which is too old.'],
  ])('says so when there is no Python: %s', async (named, why) => {
    const python = named === '3.7' ? olderPython(bench.root) : named
    const without = createPythonExecutor({
      workspace: { root: bench.root, allow: [] },
      supervisor: createSupervisor({ env, graceMs: 200 }),
      stateDir: join(bench.root, '.lorc'),
      python,
    })
    expect(await without.execute(step('return 0'))).toMatchObject({
      error: { code: 'STEP_PYTHON_MISSING', message: expect.stringContaining(why), fix: expect.stringContaining('Python 3.8') },
    })
    await without.close()
  })
})

const COMPUTE_MEDIAN = `from orchestrator.scriptlets.python.core.base import BaseScriptlet
from orchestrator.scriptlets.python.core.logging_util import get_logger
from orchestrator.scriptlets.python.core.resource import track_resources
from orchestrator.context import Context
import json, sys, argparse, statistics, pathlib

logger = get_logger(__name__)

class ComputeMedian(BaseScriptlet):
    def validate(self, ctx, params):
        if not isinstance(params, dict): raise ValueError("params must be dict")
        if "src" not in params: raise ValueError("missing src")
        if not pathlib.Path(params["src"]).is_file(): raise ValueError("file not found")

    @track_resources
    def run(self, ctx, params):
        try:
            self.validate(ctx, params)
            nums = [float(line.strip()) for line in open(params["src"]) if line.strip()]
            med = statistics.median(nums)
            result = {"median": med, "count": len(nums)}
            ctx.set("numbers.median_v1", result, who="compute_median")
            print(json.dumps({"status":"ok","outputs":["numbers.median_v1"]}))
            return 0
        except Exception as e:
            print(json.dumps({"status":"error","reason":str(e),"exit_code":1,"step":"compute_median"}))
            return 1

if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--params", required=True)
    p = json.loads(ap.parse_args().params)
    sys.exit(ComputeMedian().run(Context(), p))
`
