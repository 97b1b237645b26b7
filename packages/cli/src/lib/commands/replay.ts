import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Bundle, Replay } from '@lorc/runner/records'
import { checkBundledCode, unpackCode } from '../process/bundled-code.ts'
import { defineCommand } from '../command-line/command.ts'
import { driving } from '../driving/driving.ts'
import { judgeRepetition } from '../driving/repetition.ts'
import { DRIVE_OPTIONS } from '../driving/run-options.ts'
import { loadWorkspace } from '../workspace.ts'

export const replay = defineCommand({
  description:
    'Repeats a bundled run here, offline: steps that ask something of others (http, module) get the recorded answers, ' +
    'approvals are decided as people did, and all other steps run, with the recorded plan, parameters and seed, and the ' +
    'code of this workspace. Then it tells whether the same came out, or where it differs. The exit status is 0 when it ' +
    'came out as recorded, also where that was a failure.',
  resultLine: true,
  arguments: { bundle: { label: 'BUNDLE', summary: 'What `lorc runs bundle` wrote', required: true } },
  options: {
    into: { kind: 'text', label: 'DIR', summary: "Put the bundle's code into this new or empty folder, and replay there" },
    recorded: {
      kind: 'list',
      label: 'TYPE',
      summary: 'Types of steps that get what was recorded instead of running. Default: http, module',
    },
    ...DRIVE_OPTIONS,
  },
  examples: [
    ['replay run_x.lorc.gz', 'does it come out the same here?'],
    ['replay failed.lorc.gz --into /tmp/failed', 'with the code of then, in a folder of its own'],
    ['replay run_x.lorc.gz --recorded http,module,python', 'without running the Python steps, either'],
  ],
  async run(invocation) {
    const { options, err, io } = invocation
    const { concurrency, into, recorded } = options
    const scratch = await mkdtemp(join(tmpdir(), 'lorc-bundle-'))
    const note = (text: string): void => void io.stderr.write(err.dim(`${text}\n`))
    let bundle: Bundle
    let repeat: Replay
    const surroundings = into === undefined ? invocation : { ...invocation, workspace: () => loadWorkspace(io.cwd, into, io.env) }
    try {
      const { diffRuns, openBundle, OUTSIDE_TYPES, readRunRecord, Replay } = await import('@lorc/runner/records')
      bundle = await openBundle(resolve(io.cwd, invocation.arguments.bundle), scratch)
      if (into !== undefined) await unpackCode(bundle, resolve(io.cwd, into), into)
      return await driving(
        surroundings,
        options,
        async ({ root }) => {
          for (const line of await checkBundledCode(bundle, root)) note(line)
          repeat = new Replay(bundle, recorded.length > 0 ? recorded : OUTSIDE_TYPES)
          return async ({ runner }) => {
            const { handle, mended } = await repeat.start(runner, {
              ...(concurrency === undefined ? {} : { concurrency }),
              ...(options['fail-fast'] ? { failFast: true } : {}),
            })
            for (const one of mended) note(`not done again: ${one}`)
            return handle
          }
        },
        {
          runner: () => repeat.runnerOptions,
          async judge({ runId }, { store }) {
            const [then, now] = [await readRunRecord(bundle, bundle.runId), await readRunRecord(store, runId)]
            const columns = io.stderr.isTTY ? io.stderr.columns : 200
            return judgeRepetition(then, now, diffRuns(then, now), { style: err, columns, of: 'replay_of', success: 'same', kept: false })
          },
        },
      )
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  },
})
