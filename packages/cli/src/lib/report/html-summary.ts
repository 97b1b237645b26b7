import { ownError } from '../explain/own-error.ts'
import { escapeMarkup as text } from '../graph/markup.ts'
import { bytes, count, duration, timestamp } from '../render/quantity.ts'
import type { ReportData, StepRow } from './report-data.ts'
import { drawnAt, timeCuts } from './time-cuts.ts'

const SHOWN_FAILURES = 12
const LOG_LINES = 12
const SHOWN_PATH = 14
const CHART = { width: 1000, height: 60 }
const STATUSES = ['completed', 'failed', 'running', 'cancelled', 'blocked', 'skipped', 'waiting'] as const

/** What became of the run, at a glance. */
export function head(data: ReportData): string {
  const { status, counts, story, totalMs } = data
  const abandoned = data.abandoned ? '<span class="badge cancelled">nobody drives it</span>' : ''
  const paused = data.paused === null ? '' : `<span class="badge cancelled">paused by ${text(data.paused.by)}: ${text(data.paused.reason)}</span>`
  const facts = [
    `<code>${text(data.runId)}</code>`,
    `begun ${timestamp(data.createdAt)}`,
    ...(data.recipe === null ? [] : [`recipe <code>${text(data.recipe.path)}</code>`]),
    ...(data.parent === null ? [] : [`step <code>${text(data.parent.step)}</code> of <code>${text(data.parent.runId)}</code>`]),
  ]
  const tiles: [string, string][] = [
    [duration(totalMs), data.endedAt === null ? 'so far' : 'in all'],
    ...STATUSES.flatMap((name): [string, string][] => (counts[name] === undefined ? [] : [[String(counts[name]), name]])),
    ...(story.cached.length > 0 ? [[String(story.cached.length), 'from the cache'] as [string, string]] : []),
    ...(story.retried.length > 0 ? [[String(story.retried.length), 'tried again'] as [string, string]] : []),
    [String(story.peak), 'at once, at most'],
  ]
  return `<header><div class="head"><h1>${text(data.name)}</h1><span class="badge ${status}">${status}</span>${abandoned}${paused}</div>
<p class="dim small">${facts.join(' · ')}</p>
${data.description === null ? '' : `<p>${text(data.description)}</p>`}
<ul class="tiles">${tiles.map(([number, what]) => `<li class="${what}"><b>${number}</b> ${what}</li>`).join('')}</ul></header>`
}

/** What failed first and why, and the commands that repair it. */
export function troubles(data: ReportData): string {
  const { story, steps, commands, status } = data
  const rows = new Map(steps.map((step) => [step.name, step]))
  const failures = story.failures.slice(0, SHOWN_FAILURES).map((failure) => trouble(failure, rows.get(failure.step)))
  const more = story.failures.length - failures.length
  const own = ownError(data, story)
  if (own !== null) failures.unshift(`<div class="trouble"><h3>${text(own.code)}</h3><p>${text(own.message)}</p></div>`)
  const next = commands.map(([line, does]) => `<li><code>${text(line)}</code><span class="dim small">${text(does)}</span></li>`)
  const title = failures.length > 0 ? 'What went wrong' : status === 'completed' ? '' : 'What to do'
  if (title === '' || (failures.length === 0 && next.length === 0)) return ''
  return `<section aria-labelledby="trouble"><h2 id="trouble">${title}</h2>${failures.join('')}
${more > 0 ? `<p>${count(more, 'more step')} failed: the table of steps has them.</p>` : ''}
${next.length > 0 ? `<ul class="commands" aria-label="What to do next">${next.join('')}</ul>` : ''}</section>`
}

function trouble({ step, at, attempts, error, blocks, tolerated }: ReportData['story']['failures'][number], row: StepRow | undefined): string {
  const tries = attempts > 1 ? `, after ${attempts} attempts` : ''
  const when = row?.to === undefined ? `at ${timestamp(at)}` : `${duration(row.to)} into the run`
  const lines = (row?.log ?? '').trimEnd().split('\n').slice(-LOG_LINES).join('\n')
  const others = blocks.slice(0, 8).map((name) => `<code>${text(name)}</code>`).join(', ')
  const rest = blocks.length > 8 ? ` and ${blocks.length - 8} more` : ''
  return `<div class="trouble${tolerated ? ' mild' : ''}"><h3><a href="#step=${encodeURIComponent(step)}">${text(step)}</a> failed ${when}${tries}${tolerated ? ', which the recipe tolerates' : ''}</h3>
<p><b>${text(error.code)}</b>: ${text(error.message)}</p>
${error.fix === undefined ? '' : `<p><b>fix:</b> ${text(error.fix)}</p>`}
${lines === '' ? '' : `<pre tabindex="0" aria-label="The end of its log">${text(lines)}</pre>`}
${blocks.length === 0 ? '' : `<p>Because of it, ${count(blocks.length, 'step')} cannot begin: ${others}${rest}.</p>`}</div>`
}

/** How many steps ran at once over time, and the chain that made the run take as long. */
export function timeSection({ running, totalMs, halts, path, story, createdAt }: ReportData): string {
  if (path.length === 0) return ''
  const cuts = timeCuts({ halts, totalMs })
  const at = (ms: number): number => (CHART.width * drawnAt(cuts, ms)) / Math.max(1, drawnAt(cuts, totalMs))
  const x = (ms: number): string => at(ms).toFixed(1)
  const y = (number: number): string => (CHART.height * (1 - number / Math.max(1, story.peak))).toFixed(1)
  const area = thinned(running).map(({ at: ms, running: number }) => `H${x(ms)}V${y(number)}`)
  const holes = halts.map(({ kind, from, to, by }) => `<rect x="${x(from)}" width="${(at(to) - at(from)).toFixed(1)}" height="${CHART.height}"><title>${kind}${by === null ? '' : ` by ${text(by)}`}</title></rect>`)
  const sum = path.reduce((all, { ranMs, waitedMs }) => all + ranMs + waitedMs, 0)
  const longest = Math.max(1, ...path.map(({ ranMs, waitedMs }) => ranMs + waitedMs))
  const shown = [...path.keys()].sort((a, b) => length(path[b]!) - length(path[a]!)).slice(0, SHOWN_PATH)
  const links = path.flatMap((step, index) => {
    if (!shown.includes(index)) return []
    const width = (ms: number): string => ((1000 * ms) / longest).toFixed(1)
    const parts = [...(step.ranMs > 0 ? [`ran ${duration(step.ranMs)}`] : []), ...(step.waitedMs > 0 ? [`waited ${duration(step.waitedMs)}`] : [])]
    return [`<li><a href="#step=${encodeURIComponent(step.step)}">${text(step.step)}</a><svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect class="slot" width="${width(step.waitedMs)}" height="10"/><rect class="ran" x="${width(step.waitedMs)}" width="${width(step.ranMs)}" height="10"/></svg><span class="dim">${parts.join(' and ')}</span></li>`]
  })
  const left = path.length - links.length
  const again = halts.some(({ kind, to }) => kind === 'undriven' && to + createdAt <= path[0]!.from) ? ' since the run was taken up again' : ''
  return `<section aria-labelledby="time"><h2 id="time">Where the time went</h2>
<svg class="chart" viewBox="0 0 ${CHART.width} ${CHART.height}" preserveAspectRatio="none" role="img" aria-label="Steps that ran at once over time, at most ${story.peak}">${holes.join('')}<path d="M0 ${CHART.height}${area.join('')}H${CHART.width}V${CHART.height}z"/></svg>
<div class="axis" aria-hidden="true"><span>0</span><span>steps at once: at most ${story.peak}</span><span>${duration(totalMs)}</span></div>
<h3>The longest chain${again}: ${duration(sum)}</h3>
<p class="dim small">Each of these waited for the one before it. To make the run shorter, make these shorter.${left > 0 ? ` The ${count(left, 'shortest link')} of ${path.length} ${left === 1 ? 'is' : 'are'} left out.` : ''}</p>
<ol class="chain">${links.join('')}</ol></section>`
}

/** So few points that the picture shows them all. */
function thinned(points: ReportData['running']): ReportData['running'] {
  const most = 1000
  if (points.length <= most) return points
  const size = Math.ceil(points.length / most)
  return points.filter((_, index) => index % size === 0 || index === points.length - 1)
}

function length({ ranMs, waitedMs }: { ranMs: number; waitedMs: number }): number {
  return ranMs + waitedMs
}

/** The place of the table, which the page's script fills. */
export function stepsSection({ steps, counts, totalMs }: ReportData): string {
  const options = STATUSES.filter((status) => counts[status] !== undefined).map((status) => `<option>${status}</option>`)
  const heading = (sort: string, label: string, kind = ''): string =>
    `<span role="columnheader" data-sort="${sort}"${kind === '' ? '' : ` class="${kind}"`}><button>${label}</button></span>`
  const cut = steps.reduce((sum, { logCut = 0 }) => sum + logCut, 0)
  return `<section aria-labelledby="steps"><h2 id="steps">Steps</h2>
<div class="tools"><input id="search" type="search" placeholder="name, type or error" aria-label="Find steps"><select id="status" aria-label="Status"><option value="">every status</option>${options.join('')}</select><span id="count" class="dim" role="status"></span></div>
<div class="table" role="table" aria-labelledby="steps"><div role="rowgroup"><div class="row top" role="row">${heading('name', 'step')}${heading('status', 'status')}${heading('took', 'took', 'num')}${heading('attempts', 'tries', 'num tries')}${heading('start', `when, of ${duration(totalMs)}`, 'line')}</div></div><div id="rows"></div></div>
<ul class="legend" aria-label="Colours of the bars">${legend(steps)}</ul>
<p id="paper" class="onpaper dim small"></p>
${cut > 0 ? `<p class="dim small">Of long logs the ends are kept: ${bytes(cut)} are left out.</p>` : ''}
<noscript><p>The table of steps needs JavaScript; everything else is here without.</p></noscript></section>`
}

const LEGEND: readonly (readonly [kinds: readonly string[], classes: string, label: string])[] = [
  [['ran completed'], 'ran', 'ran'],
  [['ran failed'], 'ran failed', 'ran and failed'],
  [['ran cancelled', 'ran interrupted'], 'ran cancelled', 'ran and was cut off'],
  [['ran undefined'], 'ran going', 'runs'],
  [['ran cached'], 'ran cached', 'taken from the cache'],
  [['items'], 'items', 'its items ran'],
  [['slot', 'parallel', 'group'], 'slot', 'waited for a slot'],
  [['retry'], 'retry', 'waited to be tried again'],
  [['approval'], 'approval', 'waited for a decision'],
  [['paused', 'undriven'], 'paused', 'paused, or without a driver'],
]

function legend(steps: readonly StepRow[]): string {
  const there = new Set(steps.flatMap(({ spans }) => spans.map(({ kind, end }) => (kind === 'ran' ? `ran ${end}` : kind))))
  return LEGEND.filter(([kinds]) => kinds.some((kind) => there.has(kind)))
    .map(([, classes, label]) => `<li><svg viewBox="0 0 18 10" aria-hidden="true"><rect class="${classes}" width="18" height="10" rx="2"/></svg>${label}</li>`)
    .join('')
}
