import { existsSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { closest } from '../closest.ts'
import { defineCommand } from '../command-line/command.ts'
import { CliError } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import { writeNamed } from '../output-file.ts'
import { padEnd } from '../render/text.ts'
import { TEMPLATES } from '../templates/templates.ts'
import type { Template } from '../templates/template.ts'

/** What lorc leaves in a workspace that is nobody's to commit. */
const IGNORED = '.lorc/\nruns/\n'
const IGNORED_OF_PACKAGES = `node_modules/\ndist/\n${IGNORED}`

export const init = defineCommand({
  description:
    'Writes a small project that runs as it is, to begin with; recipe, job, pipeline and modules are packages with ' +
    'tests, called like their folder. Without TEMPLATE, lists the templates there are. It never overwrites a file: where one is in the way, ' +
    'nothing is written.',
  arguments: {
    template: { label: 'TEMPLATE', summary: Object.keys(TEMPLATES).join(', '), required: false },
    folder: { label: 'DIR', summary: 'The folder to write it to. Default: the current one', required: false },
  },
  options: { dir: { kind: 'text', label: 'DIR', short: 'd', summary: 'The same as DIR' } },
  examples: [
    ['init', 'which templates there are'],
    ['init node', 'a project of Node steps in this folder'],
    ['init etl weather', 'a longer one, in a new folder'],
    ['init job mailbox', 'a package with a job, called mailbox'],
  ],
  async run({ io, out, arguments: { template: name, folder: given }, options: { dir }, namedWorkspace }) {
    if (name === undefined) {
      const rows = Object.entries(TEMPLATES).map(([key, { summary }]) => `${out.cyan(padEnd(key, 8))} ${summary}`)
      io.stdout.write(`${rows.join('\n')}\n`)
      io.stderr.write(out.dim('`lorc init TEMPLATE` writes one into the current folder\n'))
      return EXIT.ok
    }
    const template = templateOf(name)
    const folder = resolve(io.cwd, theOne({ [`\`${given}\``]: given, [`--dir ${dir}`]: dir, [`--workspace ${namedWorkspace}`]: namedWorkspace }) ?? '.')
    const files = await template.files(packageName(folder))
    const blocked = Object.keys(files).map((path) => nearestThere(dirname(join(folder, path)))).find((path) => !statSync(path).isDirectory())
    if (blocked !== undefined) {
      throw new CliError('CLI_FILE_EXISTS', `${relative(io.cwd, blocked)} is there already and is not a folder: nothing was written.`, {
        fix: 'name another folder: lorc init TEMPLATE DIR.',
      })
    }
    const inTheWay = Object.keys(files).filter((path) => existsSync(join(folder, path)))
    if (inTheWay.length > 0) {
      throw new CliError('CLI_FILE_EXISTS', `${inTheWay.join(', ')} ${inTheWay.length === 1 ? 'is' : 'are'} there already: nothing was written.`, {
        fix: 'name another folder: lorc init TEMPLATE DIR.',
      })
    }
    for (const [path, text] of Object.entries(files)) await write(join(folder, path), text)
    const hasPackages = existsSync(join(folder, 'package.json'))
    if (!existsSync(join(folder, '.gitignore'))) await write(join(folder, '.gitignore'), hasPackages ? IGNORED_OF_PACKAGES : IGNORED)
    const shown = relative(io.cwd, folder)
    io.stdout.write(`${Object.keys(files).map((path) => join(shown, path)).join('\n')}\n`)
    // Whom npx has called is not on PATH.
    const next = io.env['npm_command'] === 'exec' ? template.next.replace(/^lorc /, 'npx lorc ') : template.next
    io.stderr.write(`next: ${shown === '' ? '' : `cd ${/^[\w./-]+$/.test(shown) ? shown : JSON.stringify(shown)} && `}${next}\n`)
    return EXIT.ok
  },
})

/** The folder, which may be named in one of these ways; the keys are as it was written. */
function theOne(ways: Readonly<Record<string, string | undefined>>): string | undefined {
  const [first, second] = Object.entries(ways).filter(([, folder]) => folder !== undefined)
  if (second === undefined) return first?.[1]
  throw new CliError('CLI_OPTION_INVALID', `the folder is given twice: ${first?.[0] ?? ''} and ${second[0]}.`, {
    fix: `leave ${second[0].split(' ')[0] ?? ''} out.`,
  })
}

/** The path itself, or the first above it that exists. */
function nearestThere(path: string): string {
  return existsSync(path) ? path : nearestThere(dirname(path))
}

function templateOf(name: string): Template {
  const template = Object.hasOwn(TEMPLATES, name) ? TEMPLATES[name] : undefined
  if (template !== undefined) return template
  const near = closest(name, Object.keys(TEMPLATES))
  throw new CliError('CLI_TEMPLATE_UNKNOWN', `there is no template \`${name}\`.`, {
    fix: near === undefined ? `the templates are ${Object.keys(TEMPLATES).join(', ')}.` : `did you mean \`${near}\`?`,
  })
}

/** A name that npm takes, made of a folder's. */
function packageName(folder: string): string {
  return basename(folder).toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'project'
}

/** `wx`: also a file that was made meanwhile stays. */
function write(path: string, text: string): Promise<void> {
  return writeNamed(path, text, { flag: 'wx', mode: path.endsWith('.sh') ? 0o755 : 0o644 })
}
