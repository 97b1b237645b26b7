import { platform, version } from 'node:process'
import type { Check } from '../checks/check.ts'
import { checkFileSystem, checkSpace, fileSystemOf } from '../checks/disk.ts'
import { howToGet, type Needed, readOsRelease } from '../checks/how-to-get.ts'
import { checkNode } from '../checks/node.ts'
import { checkPython } from '../checks/python.ts'
import { checkStore } from '../checks/store.ts'
import { defineCommand, JSON_OPTION, type Surroundings } from '../command-line/command.ts'
import { EXIT } from '../exit-codes.ts'
import { reportOf } from '../render/error-report.ts'
import { padEnd } from '../render/text.ts'

export const doctor = defineCommand({
  description:
    'Checks that everything lorc needs is there and works, and says how to get what is missing. Exit status 1 if ' +
      'something fails; warnings do not count.',
  arguments: {},
  options: JSON_OPTION,
  examples: [
    ['doctor', 'when something does not work'],
    ['doctor --json', 'for a program, e.g. in CI'],
  ],
  async run(invocation) {
    const { io, out, options } = invocation
    const checks = await allChecks(invocation)
    const paint = { ok: out.green, warn: out.yellow, fail: out.red }
    if (options.json) io.stdout.write(`${JSON.stringify(checks, null, 2)}\n`)
    else {
      for (const { name, status, message, fix } of checks) {
        io.stdout.write(`${paint[status](padEnd(status, 4))}  ${padEnd(name, 11)}  ${message}\n`)
        if (fix !== undefined) io.stdout.write(`${' '.repeat(19)}${out.cyan('fix:')} ${fix}\n`)
      }
    }
    return checks.some(({ status }) => status === 'fail') ? EXIT.failed : EXIT.ok
  },
})

async function allChecks({ workspace, engine, io, version: lorcVersion }: Surroundings): Promise<Check[]> {
  const osRelease = await readOsRelease()
  const howTo = (what: Needed): string => howToGet(what, platform, osRelease)
  const checks: Check[] = [{ name: 'lorc', status: 'ok', message: lorcVersion }, checkNode(version, howTo('node'))]
  try {
    const loaded = await workspace()
    checks.push({ name: 'workspace', status: 'ok', message: loaded.root })
    checks.push({ name: 'config', status: 'ok', message: loaded.configFile ?? 'no file: the defaults apply' })
    checks.push(await checkPython(loaded, io.env['PATH'], howTo('python')))
    checks.push(await checkStore(loaded, engine, io.env))
    const disk = await fileSystemOf(loaded.root)
    checks.push(checkFileSystem(disk, platform), checkSpace(disk))
  } catch (error) {
    const { code, message, fix, problems } = reportOf(error)
    const details = problems.map((problem) => problem.message).join('; ')
    checks.push({
      name: 'config',
      status: 'fail',
      message: `${code}: ${message} ${details}`.trim(),
      ...(fix === undefined ? {} : { fix }),
    })
  }
  return checks
}
