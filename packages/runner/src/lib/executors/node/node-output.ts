import { AsyncLocalStorage } from 'node:async_hooks'
import { Console } from 'node:console'
import { getBuiltinModule } from 'node:process'

type Write = (chunk: string | Uint8Array) => void

/** An attempt that runs in this process, as code that it called finds it. */
export interface AttemptScope {
  write: Write
  /** Ends the attempt as failed if it has not ended. */
  fail(error: unknown): void
  console?: Console
}

/** One for all copies of this package in the process: a program may hold another than what it runs the steps with. */
const SCOPES = Symbol.for('@lorc/attempt-scopes')
const shared = globalThis as { [SCOPES]?: AsyncLocalStorage<AttemptScope> }
const scopes = (shared[SCOPES] ??= new AsyncLocalStorage<AttemptScope>())

/** Runs `work` so that what it prints, then and later, is the attempt's output. */
export function inScope<T>(scope: AttemptScope, work: () => T): T {
  return scopes.run(scope, work)
}

/**
 * Where output of the code that runs now belongs: to the log of the in-process attempt that called it, or nowhere in
 * particular (undefined). For programs that own stdout and route `process.stdout.write` as `console` is routed.
 */
export function attemptOutput(): Write | undefined {
  return scopes.getStore()?.write
}

/**
 * For a program's own `uncaughtException` and `unhandledRejection` handlers: true when an in-process attempt made the
 * error. It is then in that attempt's log, and has failed the attempt if it had not ended; the program can go on.
 * False: the error is not a step's, treat it as your own.
 */
export function claimStrayError(error: unknown): boolean {
  const scope = scopes.getStore()
  scope?.fail(error)
  return scope !== undefined
}

let users = 0
let restore: (() => void) | undefined
let restoring = false

/** Routes the methods of the global console, by the attempt that calls them, until as many releases have been made. */
export function retainConsole(): void {
  users++
  restore ??= routeConsole(globalThis.console as unknown as Methods)
}

/** The console is put back when no attempt runs at the next turn of the event loop. */
export function releaseConsole(): void {
  users--
  if (restoring) return
  restoring = true
  setImmediate(() => {
    restoring = false
    if (users > 0) return
    restore?.()
    restore = undefined
  })
}

type Methods = Record<string, (...args: unknown[]) => unknown>

function routeConsole(methods: Methods): () => void {
  const undo: (() => void)[] = []
  for (const [name, method] of Object.entries(methods)) {
    if (typeof method !== 'function' || name === 'Console') continue
    const routed: typeof method = (...args) => {
      const scope = scopes.getStore()
      if (scope === undefined) return method.apply(methods, args)
      scope.console ??= consoleOnto(scope.write)
      return (scope.console as unknown as Methods)[name]?.(...args)
    }
    methods[name] = routed
    undo.push(() => {
      // Whoever replaced the method meanwhile keeps it.
      if (methods[name] === routed) methods[name] = method
    })
  }
  return () => undo.forEach((step) => step())
}

/** A console of the attempt's own: groups, counters and timers are not shared with other steps. */
function consoleOnto(write: Write): Console {
  // Most steps print nothing.
  const { Writable } = getBuiltinModule('node:stream')
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      write(chunk)
      done()
    },
  })
  return new Console({ stdout: stream, stderr: stream })
}
