import { createRequire } from 'node:module'

/** Loaded on use: importing this package is to cost next to nothing. */
const loadCrypto = () => createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto')
let crypto: typeof import('node:crypto') | undefined

function digest(text: string): string {
  return (crypto ??= loadCrypto()).hash('sha256', text, 'hex')
}

/** The id of an event with an idempotency key: the same in every run. 32 hex digits. */
export function idOfKey(key: string): string {
  return digest(`key\0${key}`).slice(0, 32)
}

/** A step of a run, in the ids of its events. */
export interface Origin {
  /** 8 hex digits. */
  readonly prefix: string
  readonly text: string
}

export function originOf(runId: string, step: string): Origin {
  const text = `run\0${runId}\0${step}`
  return { prefix: digest(text).slice(0, 8), text }
}

/**
 * The id of an event by what it says: the same whenever a step of a run says it for the nth time. 32 hex digits, of which
 * the events of a step have the first 8 in common: so they lie together in an index of ids, and to add one changes the
 * same few pages however many events there are.
 */
export function idOfContent({ prefix, text }: Origin, type: string, source: string, payload: string, nth: number): string {
  return prefix + digest(`${text}\0${type}\0${source}\0${payload}\0${nth}`).slice(0, 24)
}

/** The id of a raw object that has none of its own: the first 16 hex digits of the SHA-256 of its canonical JSON. */
export function idOfPayload(payload: string): string {
  return digest(payload).slice(0, 16)
}

/** 122 random bits. */
export function randomId(): string {
  return (crypto ??= loadCrypto()).randomUUID()
}
