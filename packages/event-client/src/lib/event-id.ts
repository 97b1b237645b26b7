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

/** The id of an event by what it says: the same whenever a step of a run says it for the nth time. 32 hex digits. */
export function idOfContent(origin: string, type: string, source: string, payload: string, nth: number): string {
  return digest(`${origin}\0${type}\0${source}\0${payload}\0${nth}`).slice(0, 32)
}

/** What the ids of the events of a step begin with. */
export function originOf(runId: string, step: string): string {
  return `run\0${runId}\0${step}`
}

/** The id of a raw object that has none of its own: the first 16 hex digits of the SHA-256 of its canonical JSON. */
export function idOfPayload(payload: string): string {
  return digest(payload).slice(0, 16)
}

/** 122 random bits. */
export function randomId(): string {
  return (crypto ??= loadCrypto()).randomUUID()
}
