import { digits, percent } from './quantity.ts'
import type { CaseResult, EntryResult, Results, WorkloadResult } from './results.ts'
import { summarize } from './statistics.ts'

/** All of the results as Markdown: a table for each workload, then its targets. */
export function resultsTable({ date, machine, workloads }: Results): string {
  const { cpu, cores, memoryGiB, os, node } = machine
  const where = `Measured ${date.slice(0, 10)} on ${cores} cores of ${cpu}, ${memoryGiB} GiB, ${os}, Node ${node}.`
  return [where, ...workloads.map(workloadTable)].join('\n\n')
}

function workloadTable(workload: WorkloadResult): string {
  return [
    `### ${workload.title}`,
    ...workload.notes,
    ...workload.cases.map((one) => caseTable(one, workload)),
    settingsOf(workload),
  ].join('\n\n')
}

function caseTable(one: CaseResult, { shows, against }: WorkloadResult): string {
  const base = medianOf(one.entries.find(({ name }) => name === against))
  const head = `| ${one.name} | ${HEADS[shows]} | spread | ${against} = 1 |\n|---|---:|---:|---:|`
  const rows = one.entries.map((entry) => row(entry, one.size, shows, base))
  const targets = one.targets.map(({ says, reached, met }) => `- ${met === null ? '?' : met ? 'met' : 'missed'}: ${says}. Reached: ${reached}`)
  return [[head, ...rows].join('\n'), ...(targets.length > 0 ? [targets.join('\n')] : [])].join('\n\n')
}

const HEADS: Record<WorkloadResult['shows'], string> = {
  ms: 'ms',
  'ms each': 'ms each',
  'per second': 'per second',
  'bytes each': 'bytes each',
  times: 'times',
}

function row({ name, version, each, missing }: EntryResult, size: number, shows: WorkloadResult['shows'], base: number | undefined): string {
  const label = version === null ? name : `${name} ${version}`.trim()
  if (each.length === 0) return `| ${label} | ${missing ?? 'not measured'} | | |`
  const { median, spread } = summarize(each)
  const ratio = base === undefined ? '' : digits(median / base)
  return `| ${label} | ${shown(median, size, shows)} | ±${percent(spread)} | ${ratio} |`
}

/** A median (of milliseconds or bytes for each unit) as its workload shows it. */
export function shown(each: number, size: number, shows: WorkloadResult['shows']): string {
  if (shows === 'ms') return digits(each * size)
  return digits(shows === 'per second' ? 1000 / each : each)
}

function settingsOf({ cases }: WorkloadResult): string {
  const settings = new Map(cases.flatMap(({ entries }) => entries).map(({ name, settings }) => [name, settings]))
  const said = [...settings].filter(([, text]) => text !== null && text !== '')
  return said.map(([name, text]) => `${name}: ${text}.`).join(' ')
}

function medianOf(entry: EntryResult | undefined): number | undefined {
  return entry && entry.each.length > 0 ? summarize(entry.each).median : undefined
}
