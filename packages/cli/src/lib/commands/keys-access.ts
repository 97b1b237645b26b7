import type { KeyScope, StoredKey } from '@lorc/server/access'
import { keyName, withLedgers } from '../access/ledgers.ts'
import { defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { timestamp } from '../render/quantity.ts'
import { type Cell, table } from '../render/table.ts'
import { oneLine } from '../render/text.ts'
import { BY_OPTION, whoever } from '../whoever.ts'

const SCOPES = ['read', 'run', 'operate'] as const
const HOUR_MS = 3_600_000
const UNITS_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS }

const REASON_OPTION = { reason: { kind: 'text', label: 'TEXT', summary: 'Why: it is in the audit log' } } as const

export const keysAdd = defineCommand({
  description:
    'Makes an API key for `lorc serve` and prints it, this once: only its hash is kept. From then on the service asks every ' +
    'request for a key. (The keys of `lorc keys lock` are those of the context: they have nothing to do with these.)',
  arguments: { name: { label: 'NAME', summary: 'Whose key it is: journals and the audit log say so', required: true } },
  options: {
    scope: { kind: 'list', label: 'SCOPE', summary: 'What it allows: read (look), run (start runs), operate (steer runs). Default: read' },
    expires: { kind: 'text', label: 'SPAN', summary: 'Count it no more after 12h, 90d or 4w. Default: never' },
    ...REASON_OPTION,
    ...BY_OPTION,
    ...JSON_OPTION,
  },
  examples: [
    ['keys add ci --scope run', 'a key that may start runs'],
    ['keys add ann --scope read,run,operate --expires 90d', 'one that may do everything, for 90 days'],
  ],
  async run(invocation) {
    const { io, options, arguments: given } = invocation
    const scopes = scopesOf(options.scope)
    const expiresAt = options.expires === undefined ? undefined : io.now() + spanMs(options.expires)
    const name = keyName(given.name)
    const { text, key } = await withLedgers(await invocation.workspace(), io, ({ keys, audit }) => {
      const about = { who: options.by ?? whoever(), via: 'cli', action: 'keys.add', target: name, why: options.reason ?? null, before: null }
      return audit.act(about, () => {
        const made = keys.add({ name, scopes, ...(expiresAt !== undefined && { expiresAt }) })
        return Promise.resolve({ result: made, after: { id: made.key.id, scopes: made.key.scopes, expires_at: isoOrNull(made.key.expiresAt) } })
      })
    })
    if (options.json) io.stdout.write(`${JSON.stringify({ ...keyJson(key), key: text })}\n`)
    else {
      io.stdout.write(`${text}\n`)
      io.stderr.write(`key ${key.id} of ${oneLine(name)}: ${key.scopes.join(', ')}; it is shown this once\n`)
    }
    return EXIT.ok
  },
})

export const keysList = defineCommand({
  description: 'Lists the API keys of `lorc serve`, without the keys themselves: those are kept nowhere.',
  arguments: {},
  options: JSON_OPTION,
  examples: [
    ['keys list', 'who has a key, and what it allows'],
    ['keys list --json', 'for a program'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const keys = await withLedgers(await invocation.workspace(), io, ({ keys: store }) => Promise.resolve(store.list()))
    if (options.json) io.stdout.write(`${JSON.stringify(keys.map(keyJson), null, 2)}\n`)
    else if (keys.length === 0) io.stderr.write('no keys: the service asks for none, and listens to this machine alone\n')
    else {
      const rows = keys.map((key): Cell[] => [
        { text: key.id, paint: out.bold },
        { text: oneLine(key.name) },
        { text: key.scopes.join(', ') },
        { text: stateOf(key, io.now()), ...(key.revokedAt !== null && { paint: out.red }) },
        { text: timestamp(key.createdAt).slice(0, 16), paint: out.dim },
      ])
      io.stdout.write(`${table(['ID', 'NAME', 'ALLOWS', 'STATE', 'MADE'], rows, out)}\n`)
    }
    return EXIT.ok
  },
})

export const keysRevoke = defineCommand({
  description: 'Revokes an API key of `lorc serve`: from the next request on it does not count any more.',
  arguments: { id: { label: 'ID', summary: 'The id that `lorc keys list` shows', required: true } },
  options: { ...REASON_OPTION, ...BY_OPTION, ...JSON_OPTION },
  examples: [['keys revoke 3f9a0c4b2d11 --reason "left the team"', 'it counts no more']],
  async run(invocation) {
    const { io, options, arguments: given } = invocation
    const key = await withLedgers(await invocation.workspace(), io, ({ keys, audit }) => {
      const before = keys.get(given.id)
      const state = { id: before.id, revoked_at: isoOrNull(before.revokedAt) }
      const about = { who: options.by ?? whoever(), via: 'cli', action: 'keys.revoke', target: before.name, why: options.reason ?? null, before: state }
      return audit.act(about, () => {
        const after = keys.revoke(given.id)
        return Promise.resolve({ result: after, after: { id: after.id, revoked_at: isoOrNull(after.revokedAt) } })
      })
    })
    io.stdout.write(options.json ? `${JSON.stringify(keyJson(key))}\n` : `key ${key.id} of ${oneLine(key.name)} is revoked\n`)
    return EXIT.ok
  },
})

function scopesOf(given: readonly string[]): KeyScope[] {
  const unknown = given.find((scope) => !(SCOPES as readonly string[]).includes(scope))
  if (unknown === undefined) return given.length === 0 ? ['read'] : (given as KeyScope[])
  throw new CliError('CLI_OPTION_INVALID', `--scope takes ${SCOPES.join(', ')}, not \`${unknown}\`.`, { fix: 'for example --scope read,run' })
}

function spanMs(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,4})([hdw])$/.exec(text) ?? []
  if (count !== undefined) return Number(count) * (UNITS_MS[unit ?? ''] ?? 0)
  throw new CliError('CLI_OPTION_INVALID', `--expires takes a span like 12h, 90d or 4w, not \`${text}\`.`)
}

function stateOf({ expiresAt, revokedAt }: StoredKey, now: number): string {
  if (revokedAt !== null) return `revoked ${timestamp(revokedAt).slice(0, 10)}`
  if (expiresAt === null) return 'counts'
  return expiresAt <= now ? `over since ${timestamp(expiresAt).slice(0, 10)}` : `counts until ${timestamp(expiresAt).slice(0, 10)}`
}

function keyJson({ id, name, scopes, createdAt, expiresAt, revokedAt }: StoredKey): object {
  return { id, name, scopes, created_at: isoOrNull(createdAt), expires_at: isoOrNull(expiresAt), revoked_at: isoOrNull(revokedAt) }
}

function isoOrNull(unixMs: number | null): string | null {
  return unixMs === null ? null : new Date(unixMs).toISOString()
}
