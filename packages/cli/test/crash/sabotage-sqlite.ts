import { DatabaseSync, type SQLInputValue, StatementSync } from 'node:sqlite'
import { eventsIn, order, reach, trace } from './saboteur.ts'

/** Stands between `node:sqlite` and the store. */
const JOURNAL = /^\s*INSERT INTO journal/i
/** What the store asks before it appends, unless it knows that nobody else has written. The places for values must stay. */
const ASKS = /^\s*INSERT INTO journal.* WHERE /is
const EPOCH = /\(SELECT epoch FROM runs WHERE id = (\?\d*)\) = (\?\d*)/
const LENGTH = /(\?\d*) = max\(/

const { exec, prepare } = DatabaseSync.prototype
type Args = SQLInputValue[]
type Written = ReturnType<StatementSync['run']>
const run = StatementSync.prototype.run as (this: StatementSync, ...args: Args) => Written

/** How the store finds out whether others have written. */
const VERSION = /^PRAGMA data_version$/

/** Names of what the transaction under way has written; undefined: there is none. */
let transaction: string[] | undefined
const times = new Map<string, number>()
/** An append that was acknowledged and is not written. */
let owed: (() => Written) | undefined

function namesOf(sql: string, args: Args): string[] {
  if (!JOURNAL.test(sql)) return [numbered(sql.trim().split(/\s+/, 3).join(' '))]
  const text = args.filter((arg) => typeof arg === 'string').at(-1) ?? ''
  return eventsIn(text)
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
      return begun(act())
    case 'ROLLBACK':
      transaction = undefined
      return act()
    case 'COMMIT': {
      const names = transaction ?? []
      transaction = undefined
      // It only held the lock.
      if (names.length === 0) return act()
      reach('inside', names)
      const written = act()
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
    // Not when it begins: it may only hold the lock.
    pay()
    transaction.push(...names)
    return act()
  }
  let written: Written
  if (order?.late === true && JOURNAL.test(sql)) {
    pay()
    owed = act
    written = { changes: 1, lastInsertRowid: 0 }
  } else written = act()
  trace({ commit: names, transaction: false })
  reach('after', names)
  return written
}

function pay(): void {
  owed?.()
  owed = undefined
}

/** One that meets a lock has begun nothing. */
function begun(answer: Written): Written {
  transaction = []
  return answer
}

/** From now on, what is written to any database is watched. */
export function watchSqlite(): void {
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
  if (order?.unfenced === 'others' && VERSION.test(sql)) return opened('SELECT 1 AS data_version')
  if (order?.unfenced === undefined || order.unfenced === 'others' || !ASKS.test(sql)) return sql
  if (!EPOCH.test(sql) || !LENGTH.test(sql)) throw new Error(`the fence is not where it was expected: ${sql}`)
  const open = sql.replace(EPOCH, 'ifnull($1, $2) IS NOT NULL')
  return opened(order.unfenced === 'epoch and length' ? open.replace(LENGTH, '$1 IS NOT -1 + 0 * max(') : open)
}

function opened(sql: string): string {
  trace({ done: 'unfenced', names: [sql] })
  return sql
}
