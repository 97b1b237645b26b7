import { getBuiltinModule } from 'node:process'

/** A thread that keeps no process alive. */
export interface StoreThread {
  /** Resolves when it has ended, however it did; until then the process is kept alive. */
  ended(): Promise<void>
}

/** Starts `<name>-entry` of this folder as a thread, which finds `data` as its `workerData`. */
export function startThread(name: 'heartbeat' | 'checkpoint', data: object): StoreThread {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const { Worker } = getBuiltinModule('node:worker_threads')
  const worker = new Worker(new URL(`./${name}-entry.${extension}`, import.meta.url), {
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
    ended() {
      worker.ref()
      return ended
    },
  }
}
