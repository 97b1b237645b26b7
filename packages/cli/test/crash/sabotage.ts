import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { DatabaseSync, type SQLInputValue, StatementSync } from 'node:sqlite'
import { isMainThread } from 'node:worker_threads'
import { eventName, ORDER_VARIABLE, type Phase, type SabotageOrder, type Spot, type Trace } from './sabotage-order.ts'

/**
 * Loaded into a real `lorc` by `node --import`. Watches what the process commits to its SQLite store, by standing
 * between `node:sqlite` and its users, and does what it is ordered to (SabotageOrder) at the commit that is named.
 */
const JOURNAL = /^\s*INSERT INTO journal/i
/** What the store asks before it appends. The places for values must stay. */
const EPOCH = /\(SELECT epoch FROM runs WHERE id = (\?\d*)\) = (\?\d*)/
const LENGTH = /(\?\d*) = max\(/

const order: SabotageOrder = isMainThread ? (JSON.parse(process.env[ORDER_VARIABLE] ?? '{}') as SabotageOrder) : {}
const { exec, prepare } = DatabaseSync.prototype
type Args = SQLInputValue[]
type Written = ReturnType<StatementSync['run']>
const run = StatementSync.prototype.run as (this: StatementSync, ...args: Args) => Written

/** Names of what the transaction under way has written; undefined: there is none. */
let transaction: string[] | undefined
const times = new Map<string, number>()
/** An append that was acknowledged and is not written. */
let owed: (() => Written) | undefined

function trace(line: Trace): void {
  if (order.trace !== undefined) appendFileSync(order.trace, `${JSON.stringify(line)}\n`)
}

function reach(phase: Phase, names: string[]): void {
  const here = (spot: Spot | undefined): spot is Spot => spot?.phase === phase && names.includes(spot.at)
  if (here(order.clock)) {
    const { byMs } = order.clock
    delete order.clock
    shiftClock(byMs)
    trace({ done: 'clock', names })
  }
  if (here(order.stop)) {
    delete order.stop
    trace({ done: 'stop', names })
    process.kill(process.pid, 'SIGSTOP')
  }
  if (here(order.kill)) {
    trace({ done: 'kill', names })
    process.kill(process.pid, 'SIGKILL')
    for (;;);
  }
}

function shiftClock(byMs: number): void {
  const Real = Date
  globalThis.Date = class extends Real {
    constructor(...given: unknown[]) {
      if (given.length === 0) super(Real.now() + byMs)
      else super(...(given as [number]))
    }

    static override now(): number {
      return Real.now() + byMs
    }
  } as DateConstructor
}

function namesOf(sql: string, args: Args): string[] {
  if (!JOURNAL.test(sql)) return [numbered(sql.trim().split(/\s+/, 3).join(' '))]
  const text = args.filter((arg) => typeof arg === 'string').at(-1) ?? ''
  return text.split('\n').map((line) => eventName(JSON.parse(line) as Parameters<typeof eventName>[0]))
}

/** Events have names of their own; other writes are told apart by how many there were. */
function numbered(name: string): string {
  const count = (times.get(name) ?? 0) + 1
  times.set(name, count)
  return count === 1 ? name : `${name} #${count}`
}

/** Does a statement, or has it done later; tells `reach` when a commit is about to be made, and when it was. */
function pass(sql: string, args: Args, act: () => Written): Written {
  const [verb = ''] = /^\s*\w+/.exec(sql) ?? []
  switch (verb.trim().toUpperCase()) {
    case 'BEGIN':
      owed?.()
      owed = undefined
      transaction = []
      return act()
    case 'ROLLBACK':
      transaction = undefined
      return act()
    case 'COMMIT': {
      const names = transaction ?? []
      reach('inside', names)
      const written = act()
      transaction = undefined
      trace({ commit: names, transaction: true })
      reach('after', names)
      return written
    }
    case 'SELECT':
      return act()
  }
  const names = namesOf(sql, args)
  reach('before', names)
  if (transaction !== undefined) {
    transaction.push(...names)
    return act()
  }
  let written: Written
  if (order.late === true && JOURNAL.test(sql)) {
    owed?.()
    owed = act
    written = { changes: 1, lastInsertRowid: 0 }
  } else written = act()
  trace({ commit: names, transaction: false })
  reach('after', names)
  return written
}

if (isMainThread && process.env[ORDER_VARIABLE] !== undefined) {
  StatementSync.prototype.run = function (this: StatementSync, ...args: Args) {
    return pass(this.sourceSQL, args, () => run.apply(this, args))
  } as StatementSync['run']
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
    pass(sql, [], () => {
      exec.call(this, sql)
      return { changes: 0, lastInsertRowid: 0 }
    })
  }
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string, ...rest: unknown[]) {
    return prepare.call(this, unfenced(sql), ...(rest as []))
  }
}

function unfenced(sql: string): string {
  if (order.unfenced === undefined || !JOURNAL.test(sql)) return sql
  if (!EPOCH.test(sql) || !LENGTH.test(sql)) throw new Error(`the fence is not where it was expected: ${sql}`)
  let open = sql.replace(EPOCH, 'ifnull($1, $2) IS NOT NULL')
  if (order.unfenced === 'epoch and length') open = open.replace(LENGTH, '$1 IS NOT -1 + 0 * max(')
  trace({ done: 'unfenced', names: [open] })
  return open
}
