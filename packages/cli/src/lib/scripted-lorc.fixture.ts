import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Runner, RunStore, RunSummary } from '@lorc/runner'
import { onTestFinished } from 'vitest'
import { fakeIo, type FakeIo } from './fake-io.fixture.ts'
import { main } from './main.ts'
import { engineOf, RUN_ID, runnerOf, type ScriptedEngine } from './scripted-run.fixture.ts'

/** The run that an engine of `engineWith` keeps. */
export const SUMMARY: RunSummary = {
  runId: RUN_ID,
  name: 'demo',
  status: 'completed',
  createdAt: Date.UTC(2026, 0, 9, 12, 34, 56),
  endedAt: Date.UTC(2026, 0, 9, 12, 34, 58),
  recipe: 'demo.yaml',
  planHash: 'p',
  steps: 1,
  error: null,
  parent: null,
}

/** An engine whose runner and store do what a test says. */
export function engineWith(runner: Partial<Runner>, store: Partial<RunStore> = {}): ScriptedEngine {
  return engineOf({
    runner: runnerOf(runner),
    store: { list: async () => [SUMMARY], get: async (id) => (id === RUN_ID ? SUMMARY : undefined), ...store },
  })
}

/** An empty folder, until the test has ended. */
export async function emptyFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-commands-')))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** `lorc` in a folder: `closed` tells whether all that it opened was closed again. */
export async function lorcIn(folder: string, words: string | string[], engine: ScriptedEngine = engineWith({}), io: FakeIo = fakeIo({ cwd: folder })) {
  const exit = await main(typeof words === 'string' ? words.split(' ') : words, { io, engine, version: '1.2.3' })
  const { stdout, stderr } = io
  return { exit, stdout: stdout.text, stderr: stderr.text, closed: engine.closed === engine.opened.length }
}
