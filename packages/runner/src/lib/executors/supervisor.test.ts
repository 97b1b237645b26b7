import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env, execPath, kill } from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunnerError } from '../errors.ts'
import { processStartTime } from '../leases/process-start-time.ts'
import { SecretMask } from '../secrets/secret-mask.ts'
import { olderPython } from './older-python.fixture.ts'
import { endProcessGroup, groupLives, signalGroup } from './process-group.ts'
import { createSupervisor, type SpawnRequest, type Supervisor } from './supervisor.ts'

const FLAGS = ['--conditions=@lorc/source', '--disable-warning=ExperimentalWarning']
const STUBBORN = `trap '' TERM; while :; do sleep 0.05; done`
const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

let folder: string
const children: ChildProcess[] = []
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'lorc-supervisor-'))))
afterEach(() => {
  for (const child of children.splice(0)) if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A process group of its own, started by this test. */
function group(script: string, environment: NodeJS.ProcessEnv = env): ChildProcess & { pid: number } {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore', env: environment })
  children.push(child)
  return child as ChildProcess & { pid: number }
}

describe.each([
  ['python', {}],
  ['node', { python: null }],
])('a %s supervisor', (kind, options) => {
  const start = (): Supervisor => createSupervisor({ env, graceMs: 100, ...options })
  const request = (script: string, more: Partial<SpawnRequest> = {}): SpawnRequest => ({
    argv: ['/bin/sh', '-c', script],
    env: { PATH: env['PATH'] ?? '' },
    cwd: folder,
    logPath: join(folder, 'log'),
    graceMs: 100,
    ...more,
  })

  it('masks what goes into the log, also where it comes in pieces, on each of its streams', async () => {
    const supervisor = start()
    const mask = new SecretMask(['s3cr3t', 'line one\nline two'])
    const script = 'printf "out s3c"; printf "s3" >&2; sleep 0.05; printf "r3t\\nout s3cr"; printf "cr3t, line one\\nline two, s3cr\\n" >&2'
    const exit = await supervisor.spawn(request(script, { mask })).exited
    const log = readFileSync(join(folder, 'log'), 'utf8')
    expect(log).not.toContain('s3cr3t')
    for (const part of ['out ***\n', 's3cr', '***, ***, s3cr\n']) expect(log).toContain(part)
    expect(log).toHaveLength('out ***\nout s3cr***, ***, s3cr\n'.length)
    expect(exit.stdout.toString()).toBe('out s3cr3t\nout s3cr')
    await supervisor.spawn(request('echo s3cr3t >&2')).exited
    expect(readFileSync(join(folder, 'log'), 'utf8').slice(log.length)).toBe('s3cr3t\n')
    await supervisor.close()
  })

  it('reports how a process ended, and what it printed', async () => {
    const supervisor = start()
    expect(await supervisor.spawn(request('printf hello; exit 3')).exited).toMatchObject({
      exitCode: 3,
      signal: null,
      stdout: Buffer.from('hello'),
      stdoutBytes: 5,
      logged: true,
    })
    expect(await supervisor.spawn(request('kill -TERM $$')).exited).toMatchObject({ exitCode: null, signal: 15 })
    await supervisor.close()
  })

  it('gives children signals as they are by default, and no descriptors but three', async () => {
    const supervisor = start()
    const script = `grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd | wc -l`
    const { stdout } = await supervisor.spawn(request(script)).exited
    // glibc keeps 32 and 33 to itself; ls has the folder open.
    expect(stdout.toString()).toMatch(/^SigBlk:\s+0{16}\nSigIgn:\s+0{7}[01][08]0{7}\n/m)
    if (kind === 'python') expect(Number(stdout.toString().trim().split('\n').at(-1))).toBe(4)
    await supervisor.close()
  })

  it('runs many at once', async () => {
    const supervisor = start()
    const ends = await Promise.all(
      Array.from({ length: 40 }, (_, n) => supervisor.spawn(request(`echo '{"n":${n}}'`, { logPath: join(folder, `${n}`) })).exited),
    )
    expect(ends.map(({ stdout }) => stdout.toString())).toEqual(Array.from({ length: 40 }, (_, n) => `{"n":${n}}\n`))
    await supervisor.close()
  })

  it('refuses what cannot be started, and goes on', async () => {
    const supervisor = start()
    const refused = { code: 'STEP_SPAWN_FAILED', message: expect.stringContaining('/no/such') }
    await expect(supervisor.spawn(request('', { argv: ['/no/such'] })).exited).rejects.toMatchObject(refused)
    await expect(supervisor.spawn(request('', { argv: ['/bin/sh', 'a\0b'] })).exited).rejects.toMatchObject({ code: 'STEP_SPAWN_FAILED' })
    await expect(supervisor.spawn(request('', { cwd: '/no/such' })).exited).rejects.toMatchObject({ code: 'STEP_SPAWN_FAILED' })
    expect(await supervisor.spawn(request('exit 0')).exited).toMatchObject({ exitCode: 0 })
    await supervisor.close()
  })

  const adopts = kind === 'python' && process.platform === 'linux'
  it.runIf(!adopts)('does not wait for what left the group, nor lets it hold the output', async () => {
    const supervisor = start()
    const script = `setsid sh -c 'echo $$ > pid; sleep 60' & while [ ! -s pid ]; do sleep 0.01; done; echo '{}'`
    const { stdout } = await supervisor.spawn(request(script)).exited
    expect(stdout.toString()).toBe('{}\n')
    signalGroup(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGKILL')
    await supervisor.close()
  })

  /** Ends with a session of its own still running; `more` goes to its shell. */
  const escape = (more: string): string => `(setsid sh -c 'echo $$ > pid; ${more}' &)\nwhile [ ! -s pid ]; do sleep 0.01; done; echo '{}'`
  const escaped = (): number => Number(readFileSync(join(folder, 'pid'), 'utf8'))
  const marked = { env: { PATH: env['PATH'] ?? '', LORC_IDEMPOTENCY_KEY: 'run/s' } }

  it.runIf(adopts)('ends what left the group with its output, before it reports the end, while others run', async () => {
    const supervisor = start()
    const other = supervisor.spawn(request('sleep 60', { env: { ...marked.env, LORC_IDEMPOTENCY_KEY: 'run/s2' } }))
    const { stdout } = await supervisor.spawn(request(escape(`trap "" TERM; while :; do sleep 0.05; done`), marked)).exited
    expect(stdout.toString()).toBe('{}\n')
    expect(groupLives(escaped())).toBe(false)
    other.kill('SIGKILL')
    expect(await other.exited).toMatchObject({ signal: 9 })
    await supervisor.close()
  })

  it.runIf(adopts)('ends what left the group without its output when nothing else runs', async () => {
    const supervisor = start()
    await supervisor.spawn(request(escape('exec sleep 60 > /dev/null 2>&1'), marked)).exited
    await expect.poll(() => !groupLives(escaped())).toBe(true)
    await supervisor.close()
  })

  it.runIf(adopts)('ends what left a group that still runs when it is closed', async () => {
    const supervisor = start()
    const running = supervisor.spawn(request(`${escape('exec sleep 60 > /dev/null 2>&1')}; sleep 60`, marked))
    running.exited.catch(() => undefined)
    await expect.poll(() => existsSync(join(folder, 'pid')) && escaped() > 0).toBe(true)
    expect(groupLives(escaped())).toBe(true)
    await supervisor.close()
    expect(groupLives(escaped())).toBe(false)
  })

  it('ends what runs, and what it watches, when it is closed', async () => {
    const supervisor = start()
    const watched = group('sleep 60')
    const unwatched = group('sleep 60')
    supervisor.watch(watched.pid)
    supervisor.watch(unwatched.pid)
    supervisor.unwatch(unwatched.pid)
    let pid = 0
    const { exited } = supervisor.spawn(request(STUBBORN, { onSpawn: (process) => void (pid = process.pid) }))
    const end = exited.then(
      ({ signal }) => signal,
      (error: unknown) => (error as RunnerError).code,
    )
    await expect.poll(() => pid > 0).toBe(true)
    await supervisor.close()
    expect([groupLives(pid), groupLives(watched.pid), groupLives(unwatched.pid)]).toEqual([false, false, true])
    expect([9, 'STEP_EXECUTOR_CRASHED']).toContain(await end)
    await supervisor.close()
    expect(await supervisor.spawn(request('exit 0')).exited).toMatchObject({ exitCode: 0 })
    await supervisor.close()
  })

  it('ends the groups of the children of what it watches with it', async () => {
    const supervisor = start()
    const host = `import os, time
if os.fork() == 0:
    os.setpgid(0, 0)
    with open('fork', 'w') as file:
        file.write('%d\\n' % os.getpid())
time.sleep(60)`
    const child = spawn('python3', ['-c', host], { cwd: folder, detached: true, stdio: 'ignore' })
    children.push(child)
    const said = (): string => (existsSync(join(folder, 'fork')) ? readFileSync(join(folder, 'fork'), 'utf8') : '')
    await expect.poll(() => said().endsWith('\n')).toBe(true)
    supervisor.watch(child.pid ?? 0)
    await supervisor.close()
    expect([groupLives(child.pid ?? 0), groupLives(Number(said()))]).toEqual([false, false])
  })

  it('watches again after a crash', async () => {
    const supervisor = start()
    const watched = group('sleep 60')
    supervisor.watch(watched.pid)
    const { stdout } = await supervisor.spawn(request('ps -o ppid= -p $$')).exited
    kill(Number(stdout.toString()), 'SIGKILL')
    let again = stdout.toString()
    while (again === stdout.toString()) {
      const next = supervisor.spawn(request('ps -o ppid= -p $$')).exited
      // Until the death is noticed, what is asked of the dead one fails.
      again = await next.then((exit) => exit.stdout.toString(), () => again)
    }
    await supervisor.close()
    expect(groupLives(watched.pid)).toBe(false)
  })

  it('leaves nothing running when the driver is killed', async () => {
    const driver = spawn(execPath, [...FLAGS, program('./driver.fixture.ts'), kind], { stdio: ['ignore', 'pipe', 'inherit'], env })
    let said = ''
    driver.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    await expect.poll(() => said.split('\n').length > 3).toBe(true)
    const groups = said.trim().split('\n').map(Number)
    expect(groups.map(groupLives)).toEqual([true, true, true])
    driver.kill('SIGKILL')
    await expect.poll(() => !groups.some(groupLives)).toBe(true)
  })

  it('does not keep an idle program alive', async () => {
    const text = `import { createSupervisor } from ${JSON.stringify(program('./supervisor.ts'))}
const supervisor = createSupervisor({ env: process.env, ...${JSON.stringify(options)} })
const spawned = supervisor.spawn({ argv: ['/bin/sh', '-c', 'echo done'], env: {}, cwd: '/', logPath: '/dev/null', graceMs: 0 })
console.log(String((await spawned.exited).stdout))`
    const child = spawn(execPath, [...FLAGS, '--input-type=module-typescript', '-e', text], { stdio: ['ignore', 'pipe', 'inherit'], env })
    let said = ''
    child.stdout.on('data', (data) => (said += String(data)))
    expect(await once(child, 'close')).toEqual([0, null])
    expect(said).toBe('done\n\n')
  })
})

it('falls back on Node where the Python supervisor does not start', async () => {
  for (const python of ['/no/such/python', '/bin/false']) {
    const supervisor = createSupervisor({ env, python, graceMs: 100 })
    const watched = group('sleep 60')
    supervisor.watch(watched.pid)
    const spawned = supervisor.spawn({ argv: ['/bin/sh', '-c', 'exit 7'], env: {}, cwd: folder, logPath: join(folder, 'log'), graceMs: 0 })
    expect(await spawned.exited).toMatchObject({ exitCode: 7, cpuUserMs: null })
    await supervisor.close()
    expect(groupLives(watched.pid)).toBe(false)
  }
})

it('falls back on Node where Python is too old to spawn', async () => {
  const supervisor = createSupervisor({ env, python: olderPython(folder), graceMs: 100 })
  const spawned = supervisor.spawn({ argv: ['/bin/sh', '-c', 'exit 7'], env: {}, cwd: folder, logPath: join(folder, 'log'), graceMs: 0 })
  expect(await spawned.exited).toMatchObject({ exitCode: 7, cpuUserMs: null })
  await supervisor.close()
})

const hasSystemPython = process.platform === 'linux' && existsSync('/usr/bin/python3')
it.runIf(hasSystemPython)('takes the Python of the system before a script on PATH that finds one', async () => {
  writeFileSync(join(folder, 'python3'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const supervisor = createSupervisor({ env: { PATH: folder } })
  const spawned = supervisor.spawn({ argv: ['/bin/sh', '-c', 'exit 7'], env: {}, cwd: folder, logPath: join(folder, 'log'), graceMs: 0 })
  expect(await spawned.exited).toMatchObject({ exitCode: 7, cpuUserMs: expect.any(Number) as number })
  await supervisor.close()
})

describe('endProcessGroup', () => {
  it('ends the group of the process that was recorded', async () => {
    const { pid } = group(STUBBORN)
    expect(await endProcessGroup({ pid, startTime: processStartTime(pid) ?? '' }, 30)).toBe(true)
    expect(groupLives(pid)).toBe(false)
    expect(await endProcessGroup({ pid, startTime: 'any' }, 30)).toBe(false)
  })

  it('leaves a later process of the same pid alone', async () => {
    const { pid } = group('sleep 60')
    expect(await endProcessGroup({ pid, startTime: '1' }, 30)).toBe(false)
    expect(groupLives(pid)).toBe(true)
  })

  it('never takes the pid of nobody, or of everybody, for a group', async () => {
    for (const pid of [0, 1, -1]) expect([await endProcessGroup({ pid, startTime: '' }, 30), signalGroup(pid, 0)]).toEqual([false, false])
  })

  it.runIf(process.platform === 'linux')('ends what a step left behind, and nothing else, when the leader is gone', async () => {
    const orphaned = async (environment: NodeJS.ProcessEnv): Promise<number> => {
      const leader = group('sleep 60 & exit 0', environment)
      await once(leader, 'exit')
      return leader.pid
    }
    const step = await orphaned({ ...env, LORC_IDEMPOTENCY_KEY: 'r/s' })
    expect(await endProcessGroup({ pid: step, startTime: '1' }, 30)).toBe(true)
    expect(groupLives(step)).toBe(false)
    const other = await orphaned(env)
    expect(await endProcessGroup({ pid: other, startTime: '1' }, 30)).toBe(false)
    expect(groupLives(other)).toBe(true)
    signalGroup(other, 'SIGKILL')
  })
})

it.runIf(process.platform === 'linux')('ends what a supervisor had started when it died, announced or not', async () => {
  const text = `#!/bin/sh
echo '{"ev":"ready"}'
LORC_IDEMPOTENCY_KEY=run/dies-early setsid sh -c 'echo $$ > ${folder}/pid; exec sleep 60' > /dev/null 2>&1 &
while [ ! -s ${folder}/pid ]; do sleep 0.01; done
`
  writeFileSync(join(folder, 'dies'), text, { mode: 0o755 })
  const supervisor = createSupervisor({ env, python: join(folder, 'dies') })
  const request = { argv: ['/bin/true'], env: { LORC_IDEMPOTENCY_KEY: 'run/dies-early' }, cwd: folder, logPath: join(folder, 'log'), graceMs: 100 }
  await expect(supervisor.spawn(request).exited).rejects.toMatchObject({ code: 'STEP_EXECUTOR_CRASHED' })
  expect(groupLives(Number(readFileSync(join(folder, 'pid'), 'utf8')))).toBe(false)
  await supervisor.close()
})

it('keeps its process alive until the supervisor is closed, however late its pipe ends', async () => {
  const slow = join(folder, 'slow')
  writeFileSync(slow, '#!/bin/sh\necho \'{"ev":"ready"}\'\ncat > /dev/null\nsleep 0.3 &\n', { mode: 0o755 })
  const code = `
    const { createSupervisor } = await import(${JSON.stringify(program('./supervisor.ts'))})
    const supervisor = createSupervisor({ env: process.env, python: ${JSON.stringify(slow)} })
    supervisor.watch(process.pid)
    await supervisor.close()
    process.exitCode = 42
  `
  const child = spawn(execPath, [...FLAGS, '--input-type=module', '-e', code], { stdio: 'ignore' })
  expect((await once(child, 'exit'))[0]).toBe(42)
})
