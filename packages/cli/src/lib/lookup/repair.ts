import type { JsonObject, Repair } from '@lorc/runner'
import { CliError } from '../errors.ts'
import { BY_OPTION, whoever } from '../whoever.ts'

/** What `lorc resume` can mend before it goes on. */
export const REPAIR_OPTIONS = {
  skip: { kind: 'list', label: 'STEP', summary: 'Take these steps for done: what waits for them runs (needs --reason)' },
  set: {
    kind: 'repeated',
    label: 'KEY=JSON',
    summary: 'Write a context value first, as yourself; may be repeated (needs --reason)',
  },
  from: {
    kind: 'list',
    label: 'STEP',
    summary: 'Run these steps again, and all that depends on them, also those that had completed (needs --reason)',
  },
  reason: { kind: 'text', label: 'TEXT', summary: 'Why: it is recorded. Default, where nothing is mended: resumed by hand' },
  ...BY_OPTION,
} as const

interface RepairValues {
  skip: string[]
  set: string[]
  from: string[]
  reason: string | undefined
  by: string | undefined
}

/** The repair that was asked for, if one was. Throws CliError CLI_OPTION_INVALID. */
export function repairOf({ skip, set, from, reason, by }: RepairValues): Repair | undefined {
  const asked = [skip.length > 0 && '--skip', set.length > 0 && '--set', from.length > 0 && '--from'].filter((option) => option !== false)
  const [first] = asked
  if (first === undefined) return undefined
  if (reason === undefined || reason.trim() === '') {
    throw new CliError('CLI_OPTION_INVALID', `${first} needs a reason: it is recorded with who repaired the run.`, {
      fix: `add --reason "why".`,
    })
  }
  const both = skip.find((step) => from.includes(step))
  if (both !== undefined) {
    throw new CliError('CLI_OPTION_INVALID', `\`${both}\` is named by --skip and by --from.`, { fix: 'name it in one.' })
  }
  return {
    by: by ?? whoever(),
    reason,
    ...(skip.length > 0 ? { skip } : {}),
    ...(set.length > 0 ? { set: Object.fromEntries(set.map(assignment)) } : {}),
    ...(from.length > 0 ? { from } : {}),
  }
}

/** What it does to the run. */
export function mendedBy({ by: _by, reason: _reason, ...repairs }: Repair): JsonObject {
  return repairs
}

function assignment(text: string): [string, NonNullable<Repair['set']>[string]] {
  const at = text.indexOf('=')
  const [key, json] = [text.slice(0, at), text.slice(at + 1)]
  if (at < 1) throw new CliError('CLI_OPTION_INVALID', `--set takes KEY=JSON, not \`${text}\`.`, { fix: "write it as --set sales.rows_v1='[1, 2]'." })
  try {
    return [key, JSON.parse(json) as NonNullable<Repair['set']>[string]]
  } catch {
    throw new CliError('CLI_OPTION_INVALID', `--set ${key}: \`${json}\` is not JSON.`, {
      fix: `a text has quotes of its own: --set ${key}='"${json.replaceAll('"', '')}"'.`,
    })
  }
}
