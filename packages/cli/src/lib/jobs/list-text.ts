import type { JobPackage, RegistryProblem } from '@lorc/jobs-registry'
import type { Style } from '../render/style.ts'
import { oneLine, truncate } from '../render/text.ts'

/** Packages with their jobs and what each does, a line each. Ends with a line end, unless there are none. */
export function listText(packages: readonly JobPackage[], style: Style, columns: number): string {
  return packages.map(({ name, version, jobs }) => {
    const width = jobs.reduce((most, job) => Math.max(most, job.name.length), 0)
    const lines = jobs.map(({ name: job, summary = '' }) => {
      const about = summary === '' ? '' : truncate(oneLine(summary), columns - width - 4)
      return about === '' ? `  ${job}\n` : `  ${job.padEnd(width)}  ${style.dim(about)}\n`
    })
    return `${style.bold(oneLine(name))} ${style.dim(oneLine(version))}\n${lines.join('')}`
  }).join('\n')
}

/** What is wrong with declarations, a line each, with what to do. */
export function problemText(problems: readonly RegistryProblem[], style: Style): string {
  return problems.map(({ code, message, fix }) => `${style.yellow(`warning[${code}]:`)} ${oneLine(message)}${fix === undefined ? '' : ` ${style.dim(`fix: ${oneLine(fix)}`)}`}\n`).join('')
}
