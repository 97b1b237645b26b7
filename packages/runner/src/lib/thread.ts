import { getBuiltinModule } from 'node:process'
import type { Worker } from 'node:worker_threads'

/** A thread that keeps no process alive, unless its worker is told to. */
export interface Thread {
  readonly worker: Worker
  /** Resolves when it has ended, however it did; until then the process is kept alive. */
  ended(): Promise<void>
}

/** Starts `<name>-entry`, next to the module `from` (its URL), as a thread, which finds `data` as its `workerData`. */
export function startThread(from: string, name: string, data?: object): Thread {
  const { Worker } = getBuiltinModule('node:worker_threads')
  const worker = new Worker(new URL(`./${name}-entry.${from.endsWith('.ts') ? 'ts' : 'js'}`, from), {
    workerData: data,
    env: {},
    name: `lorc ${name}`,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  worker.unref()
  const ended = new Promise<void>((resolve) => {
    worker.on('error', () => resolve())
    worker.on('exit', () => resolve())
  })
  return {
    worker,
    ended() {
      worker.ref()
      return ended
    },
  }
}
