import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseKey, type Shape } from '@lorc/context'
import { RunnerError } from '../errors.ts'

/** The file, in the workspace, that holds the shapes of context keys across runs. Its being there is what locks them. */
export const KEYS_LOCK = 'lorc.keys.json'

/** Shapes by key. */
export type KeysLock = Readonly<Record<string, Shape>>

/** The shapes that a workspace locks; undefined: it locks none. Throws RunnerError KEYS_LOCK_INVALID. */
export function readKeysLock(root: string): KeysLock | undefined {
  const file = join(root, KEYS_LOCK)
  let text: string
  try {
    // Each run looks for the file: to catch that it cannot be read costs six times as much.
    if (!statSync(file, { throwIfNoEntry: false })) return undefined
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw invalid(`cannot be read: ${(error as Error).message}`)
  }
  return checked(text)
}

/**
 * A workspace's lock, looked for anew in each turn of the event loop in which it is asked for: runs that begin together,
 * a hundred of them maybe, share the look.
 */
export class KeysLockFile {
  readonly #root: string
  #seen: { lock: KeysLock | undefined } | undefined

  constructor(root: string) {
    this.#root = root
  }

  /** Throws as `readKeysLock` does. */
  read(): KeysLock | undefined {
    if (!this.#seen) {
      this.#seen = { lock: readKeysLock(this.#root) }
      setImmediate(() => (this.#seen = undefined))
    }
    return this.#seen.lock
  }
}

function checked(text: string): KeysLock {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalid(`is not JSON: ${(error as Error).message}`)
  }
  if (!isObject(value) || value.lorc !== 1 || !isObject(value.keys)) throw invalid('is not of the form { "lorc": 1, "keys": { ... } }')
  for (const [key, shape] of Object.entries(value.keys)) {
    try {
      parseKey(key)
    } catch (error) {
      throw invalid((error as Error).message)
    }
    if (!isShape(shape)) throw invalid(`holds no shape for ${key}`)
  }
  return value.keys as KeysLock
}

function isShape(value: unknown): value is Shape {
  if (!isObject(value) || !Array.isArray(value.type) || value.type.length === 0 || !value.type.every((type) => typeof type === 'string')) return false
  const { items, properties, additionalProperties } = value
  const inner = [items, isObject(additionalProperties) ? additionalProperties : undefined, ...(isObject(properties) ? Object.values(properties) : [])]
  return inner.every((one) => one === undefined || isShape(one))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(what: string): RunnerError {
  return new RunnerError('KEYS_LOCK_INVALID', `${KEYS_LOCK} ${what.replace(/\.$/, '')}.`, { fix: '`lorc keys lock` writes it; without the file, nothing is locked.' })
}
