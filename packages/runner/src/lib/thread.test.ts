import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startThread } from './thread.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-thread-'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(folder, 'waits-entry.js'),
    `import { workerData } from 'node:worker_threads'
    Atomics.wait(new Int32Array(workerData.stop), 0, 0)`,
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

const from = (ending = 'js') => pathToFileURL(join(folder, `some.${ending}`)).href

/** What a process does that has started a thread which waits for `stop`. */
function processWith(rest: string) {
  const script = `
    import { startThread } from ${JSON.stringify(new URL('./thread.ts', import.meta.url))}
    const stop = new SharedArrayBuffer(4)
    const thread = startThread(${JSON.stringify(from())}, 'waits', { stop })
    ${rest}`
  const { status, stdout } = spawnSync(execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script], { encoding: 'utf8', timeout: 60_000 })
  return { status, stdout }
}

it.each(['js', 'ts'])('runs the entry in the language of its module (.%s), with its data, and with nothing of this process', async (ending) => {
  const text = `import { parentPort, workerData } from 'node:worker_threads'
    parentPort.postMessage({ data: workerData, env: { ...process.env }, execArgv: process.execArgv })`
  writeFileSync(join(folder, `tells-entry.${ending}`), text)
  const thread = startThread(from(ending), 'tells', { a: 1 })
  const told = new Promise((resolve) => thread.worker.once('message', resolve))
  await thread.ended()
  expect(await told).toEqual({ data: { a: 1 }, env: {}, execArgv: ['--disable-warning=ExperimentalWarning'] })
})

it('has ended, too, where it failed', async () => {
  writeFileSync(join(folder, 'fails-entry.js'), 'throw new Error("no luck")')
  await expect(startThread(from(), 'fails').ended()).resolves.toBeUndefined()
})

it('keeps no process alive', () => {
  expect(processWith('console.log("over")')).toEqual({ status: 0, stdout: 'over\n' })
})

it('keeps the process of whoever waits for its end alive until then', () => {
  const rest = `
    const ended = thread.ended()
    thread.worker.once('online', () => {
      Atomics.store(new Int32Array(stop), 0, 1)
      Atomics.notify(new Int32Array(stop), 0)
    })
    await ended
    console.log('ended')`
  expect(processWith(rest)).toEqual({ status: 0, stdout: 'ended\n' })
})
