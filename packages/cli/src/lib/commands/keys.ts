import { join } from 'node:path'
import { nextVersion, type Shape } from '@lorc/context'
import { KEYS_LOCK, readKeysLock, type KeysLock, type Plan } from '@lorc/runner'
import { type ArgumentSpecs, defineCommand, type Invocation, JSON_OPTION } from '../command-line/command.ts'
import type { OptionSpecs } from '../command-line/option-spec.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { declaredKeys, recordedKeys } from '../keys/known-keys.ts'
import { declaredShape, shapeChange } from '../keys/shape-change.ts'
import { writeNamed } from '../output-file.ts'
import { count } from '../render/quantity.ts'
import { withRunner } from '../with-runner.ts'

const FILES = {
  files: { label: 'FILE', summary: 'Recipes, of which what `produces` declares counts too. Default: only what runs recorded', required: false, many: true },
} as const satisfies ArgumentSpecs

/** A key whose shape is not the one that is locked. */
interface Changed {
  key: string
  path: string
  reason: string
  /** The key that the new shape wants. */
  next: string
}

export const keysLock = defineCommand({
  description:
    `Writes ${KEYS_LOCK}: the shapes of the context keys that the last runs left, and of those that recipes declare in full with ` +
    '`produces`. From then on, a run refuses what does not fit. New keys are added; a key whose shape has changed is refused: ' +
    'the new shape wants a new version of the key.',
  arguments: FILES,
  options: { force: { kind: 'flag', summary: 'Lock changed shapes as they are now' } },
  examples: [
    ['keys lock recipes/daily.yaml', 'lock what it declares, and what runs recorded'],
    ['keys lock --force', 'take changed shapes for right'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const { locked = {}, now, root } = await shapes(invocation)
    const changed = options.force ? [] : changesOf(locked, now)
    if (changed.length > 0) {
      io.stdout.write(changesText(changed, out.red))
      return EXIT.failed
    }
    const all = { ...locked, ...(options.force ? now : missingOf(locked, now)) }
    const keys = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))
    await writeNamed(join(root, KEYS_LOCK), `${JSON.stringify({ lorc: 1, keys }, null, 2)}\n`)
    const added = Object.keys(all).length - Object.keys(locked).length
    io.stdout.write(`${KEYS_LOCK}: ${count(Object.keys(all).length, 'key')}, ${added} new\n`)
    return EXIT.ok
  },
})

export const keysCheck = defineCommand({
  description:
    `Compares the shapes of context keys, as the last runs left them and as recipes declare them, with ${KEYS_LOCK}. Ends with 1 ` +
    'if one has changed, naming the key, the place, and the version that the new shape wants; with 2 where there is no such file. ' +
    'Locked keys that none of these runs left are named.',
  arguments: FILES,
  options: { 'require-all': { kind: 'flag', summary: 'End with 1, too, where none of the runs left a locked key, and no recipe declares it' }, ...JSON_OPTION },
  examples: [
    ['keys check recipes/*.yaml', 'for CI: no recipe changes a shape that others read'],
    ['keys check --require-all', 'for CI that has run all recipes: each locked key is still written'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const { locked, now, names, root } = await shapes(invocation)
    if (locked === undefined) {
      throw new CliError('CLI_FILE_MISSING', `there is no ${KEYS_LOCK} in ${root}: no shape is locked.`, {
        fix: '`lorc keys lock` writes it; it belongs under version control.',
      })
    }
    const changed = changesOf(locked, now)
    const unlocked = Object.keys(missingOf(locked, now)).sort()
    const unseen = Object.keys(locked).filter((key) => !names.has(key)).sort()
    const asLocked = changed.length === 0 && !(options['require-all'] && unseen.length > 0)
    if (options.json) io.stdout.write(`${JSON.stringify({ locked: Object.keys(locked).length, changed, unlocked, unseen }, null, 2)}\n`)
    else {
      io.stdout.write(changesText(changed, out.red))
      if (unlocked.length > 0) io.stdout.write(`not locked yet: ${unlocked.join(', ')}; \`lorc keys lock\` adds them\n`)
      if (unseen.length > 0) io.stdout.write(`left by none of the last runs: ${unseen.join(', ')}; an old version stays until nobody reads it\n`)
      if (asLocked) io.stdout.write(`${out.green('ok')}  ${count(Object.keys(locked).length - unseen.length, 'key')} as locked\n`)
    }
    return asLocked ? EXIT.ok : EXIT.failed
  },
})

/** What is locked, what shapes there are now, and the names of all keys that there are: what a recipe declares may have no shape. */
async function shapes(
  invocation: Invocation<typeof FILES, OptionSpecs>,
): Promise<{ locked: KeysLock | undefined; now: Record<string, Shape>; names: ReadonlySet<string>; root: string }> {
  const loaded = await invocation.workspace()
  const plans: Plan[] = []
  for (const file of invocation.arguments.files) plans.push((await invocation.engine.compile(file, loaded)).plan)
  const now = Object.fromEntries(await withRunner(invocation, (open) => recordedKeys(open)))
  const names = new Set(Object.keys(now))
  for (const [key, schema] of plans.flatMap((plan) => [...declaredKeys(plan)])) {
    names.add(key)
    const declared = declaredShape(schema)
    if (declared) now[key] = declared
  }
  return { locked: readKeysLock(loaded.root), now, names, root: loaded.root }
}

function changesOf(locked: KeysLock, now: Readonly<Record<string, Shape>>): Changed[] {
  return Object.entries(now).flatMap(([key, shape]) => {
    const was = Object.hasOwn(locked, key) ? locked[key] : undefined
    const change = was && shapeChange(was, shape)
    return change ? [{ key, ...change, next: nextVersion(key) }] : []
  })
}

function missingOf(locked: KeysLock, now: Readonly<Record<string, Shape>>): Record<string, Shape> {
  return Object.fromEntries(Object.entries(now).filter(([key]) => !Object.hasOwn(locked, key)))
}

function changesText(changed: readonly Changed[], paint: (text: string) => string): string {
  return changed.map(({ key, path, reason, next }) => `${paint('changed')}  ${key}: ${path} ${reason}; write ${next} for the new shape\n`).join('')
}
