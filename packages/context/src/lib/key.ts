import { ContextError } from './errors.ts'
import { quote, show } from './json-path.ts'
import { isForbiddenName } from './json-value.ts'
import { DEFAULT_LIMITS } from './limits.ts'

/** A key taken apart: `sales.eu.totals_v2` is namespace `sales.eu`, entity `totals`, version 2. */
export interface ContextKey {
  namespace: string
  entity: string
  version: number
}

/** The author and the namespace that belong to the runner. */
export const RUNNER = '_runner'

const WORD = '[a-z][a-z0-9]*(?:_[a-z0-9]+)*'
const KEY = new RegExp(`^((?:${RUNNER}|${WORD})(?:\\.${WORD})*)\\.(${WORD})_v([1-9][0-9]{0,8})$`)

/**
 * Takes a key apart. A key is `namespace.entity_vN`: lower snake case, one or more dots, N from 1 on without leading
 * zeros. The namespace `_runner` is the runner's own. Throws CONTEXT_KEY_MALFORMED (with a corrected key in `fix` and
 * `details.proposal` where one can be derived) and CONTEXT_NAME_FORBIDDEN.
 */
export function parseKey(key: string, longest: number = DEFAULT_LIMITS.keyLength): ContextKey {
  if (typeof key !== 'string') {
    throw new ContextError('CONTEXT_KEY_MALFORMED', `A context key must be a string, not ${show(key)}`)
  }
  if (key.length > longest) {
    const message = `The context key ${quote(key)} has ${key.length} characters; at most ${longest} are allowed`
    throw new ContextError('CONTEXT_KEY_MALFORMED', message)
  }
  const match = KEY.exec(key)
  if (match === null) throw malformed(key, longest)
  const [, namespace = '', entity = '', version = ''] = match
  const forbidden = [...namespace.split('.'), entity].find(isForbiddenName)
  if (forbidden !== undefined) {
    const message = `The context key ${quote(key)} may not have a part named ${forbidden}`
    throw new ContextError('CONTEXT_NAME_FORBIDDEN', message, { key })
  }
  return { namespace, entity, version: Number(version) }
}

/** Whether a well-formed key lies in the runner's namespace. */
export function isRunnerKey(key: string): boolean {
  return key.startsWith(`${RUNNER}.`)
}

/** The key of the next version: `numbers.stats_v1` gives `numbers.stats_v2`. Throws as parseKey does. */
export function nextVersion(key: string): string {
  const { namespace, entity, version } = parseKey(key, Number.POSITIVE_INFINITY)
  return `${namespace}.${entity}_v${version + 1}`
}

function malformed(key: string, longest: number): ContextError {
  const proposal = propose(key, longest)
  const message = `The context key ${quote(key)} is not namespace.entity_vN in lower snake case`
  return new ContextError('CONTEXT_KEY_MALFORMED', message, {
    fix:
      proposal === undefined
        ? 'Name it like numbers.stats_v1: a namespace, a dot, an entity and its version.'
        : `Write ${proposal}`,
    key,
    ...(proposal === undefined ? {} : { details: { proposal } }),
  })
}

/** The well-formed key that a malformed one most likely stands for. */
function propose(key: string, longest: number): string | undefined {
  const words = key.split(/[./:\\]/).map(toSnakeCase).filter(Boolean)
  const last = words.pop()
  if (last === undefined) return undefined
  const versioned = /^(.*?)_?v([0-9]+)$/.exec(last)
  const entity = versioned?.[1] === '' ? words.pop() : (versioned?.[1] ?? last)
  const version = Math.max(1, Number(versioned?.[2] ?? 1))
  const proposal = [...words, `${entity}_v${version}`].join('.')
  const match = proposal.length <= longest ? KEY.exec(proposal) : null
  return match !== null && !proposal.split(/\.|_v\d+$/).some(isForbiddenName) ? proposal : undefined
}

function toSnakeCase(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
}
