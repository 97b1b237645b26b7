// Runs in the report's page: the table of steps, and what is known of each.
const data = JSON.parse(element('data').textContent ?? '{}')
const steps = data.steps
/** Stretches in which nobody drove the run are drawn short: it may have lain for days. */
const cuts = data.cuts
const ROWS = 100
const MARKS = { completed: '\u2713', failed: '\u2717', running: '\u25b6', blocked: '\u2298', cancelled: '\u2298', skipped: '\u2013', waiting: '\u00b7' }
const RANK = { failed: 0, running: 1, cancelled: 2, blocked: 3, waiting: 4, completed: 5, skipped: 6 }
const SORTS = {
  plan: (a, b) => a.index - b.index,
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }),
  status: (a, b) => RANK[a.status] - RANK[b.status],
  took: (a, b) => (a.took ?? -1) - (b.took ?? -1),
  attempts: (a, b) => a.attempts - b.attempts,
  start: (a, b) => (a.from ?? Infinity) - (b.from ?? Infinity),
}
const sorting = { by: 'plan', down: false }
/** Counts up with each new selection: what was still being added for an earlier one is dropped. */
let selection = 0

steps.forEach((step, index) => (step.index = index))
const byName = new Map(steps.map((step) => [step.name, step]))
const total = drawn(data.totalMs) || 1

function element(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}

function escaped(text) {
  return String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)}ms`
  if (ms < 59950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  const two = (number) => String(number).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`
}

function bytes(count) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10))
  return `${power === 0 ? count : (count / 1024 ** power).toFixed(1)} ${units[power]}`
}

/** Milliseconds of the run as milliseconds of the picture. */
function drawn(ms) {
  let at = ms
  for (const { from, to, as } of cuts) {
    if (ms >= to) at -= to - from - as
    else if (ms > from) at -= (ms - from) * (1 - as / (to - from))
  }
  return at
}

function barOf(step) {
  const rects = step.spans.map(({ kind, from, to, end }) => {
    const x = (1000 * drawn(from)) / total
    const width = Math.max(2.5, (1000 * (drawn(to) - drawn(from))) / total)
    const how = kind === 'ran' && end !== 'completed' ? ` ${end ?? 'going'}` : ''
    return `<rect class="${kind}${how}" x="${Math.min(x, 997.5).toFixed(1)}" width="${width.toFixed(1)}" height="10"/>`
  })
  return `<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">${rects.join('')}</svg>`
}

function rowOf(step) {
  const tries = step.attempts === 0 ? '' : step.attempts
  return `<div class="row${step.itemOf === undefined ? '' : ' item'}" role="row"><span role="cell"><button class="name" data-step="${step.index}">${escaped(step.name)}</button></span>` +
    `<span role="cell" class="${step.status}">${MARKS[step.status]} ${step.cached ? 'cached' : step.status}</span>` +
    `<span role="cell" class="num">${step.took === undefined ? '' : duration(step.took)}</span><span role="cell" class="num tries">${tries}</span>` +
    `<span role="cell" class="line">${barOf(step)}</span></div>`
}

function show() {
  const words = element('search').value.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const status = element('status').value
  const fits = (step) =>
    (status === '' || step.status === status) &&
    words.every((word) => step.name.toLowerCase().includes(word) || (step.error?.message ?? '').toLowerCase().includes(word) || step.type === word)
  const shown = steps.filter(fits)
  if (sorting.by !== 'plan') shown.sort((a, b) => SORTS[sorting.by](a, b) || a.index - b.index)
  if (sorting.down) shown.reverse()
  fill(shown)
  element('count').textContent = shown.length === steps.length ? `${steps.length} steps` : `${shown.length} of ${steps.length} steps`
  element('paper').textContent = shown.length > 3 * ROWS ? `On paper the first ${3 * ROWS} of ${shown.length} steps are shown; the page itself has them all.` : ''
  for (const head of document.querySelectorAll('[data-sort]')) {
    if (head.dataset.sort === sorting.by) head.setAttribute('aria-sort', sorting.down ? 'descending' : 'ascending')
    else head.removeAttribute('aria-sort')
  }
}

/** Adds the first rows at once and the others when there is time, so that the page opens at once whatever it holds. */
function fill(shown) {
  const rows = element('rows')
  const own = ++selection
  let done = 0
  const add = (until) => {
    const blocks = []
    for (; done < Math.min(until, shown.length); done += ROWS) {
      // What is far away is not laid out until it is scrolled to; the browser has to know how high a whole block is.
      const far = done > 0 && done + ROWS <= shown.length ? ' far' : ''
      blocks.push(`<div class="block${far}" role="rowgroup">${shown.slice(done, done + ROWS).map(rowOf).join('')}</div>`)
    }
    rows.insertAdjacentHTML('beforeend', blocks.join(''))
  }
  const more = () => {
    if (own !== selection || done >= shown.length) return
    add(done + 5 * ROWS)
    setTimeout(more)
  }
  rows.innerHTML = shown.length === 0 ? '<p class="none">No step fits.</p>' : ''
  add(2 * ROWS)
  setTimeout(more)
  finish = () => add(shown.length)
}

/** Adds all rows that are missing. */
let finish = () => {}
window.addEventListener('beforeprint', () => finish())

function sortBy(by) {
  if (sorting.by === by) {
    // The third time it is as the plan has it.
    if (sorting.down === (by !== 'took' && by !== 'attempts')) Object.assign(sorting, { by: 'plan', down: false })
    else sorting.down = !sorting.down
  } else Object.assign(sorting, { by, down: by === 'took' || by === 'attempts' })
  show()
}

const WAITS = {
  slot: ['waited for a slot', 'until %s made room'],
  parallel: ['waited for its turn among the items', 'until %s made room'],
  group: ['waited for its concurrency group', '%s'],
  retry: ['waited before the next attempt', ''],
  approval: ['waited for a decision', 'by %s'],
  paused: ['the run was paused', 'by %s'],
  undriven: ['nobody drove the run', ''],
  items: ['its items ran', ''],
}

function spanLine({ kind, from, to, end, attempt, by }) {
  const how = kind === 'ran' ? `attempt ${attempt} ${end === undefined ? 'goes on' : end}` : [WAITS[kind][0], by === undefined ? '' : WAITS[kind][1].replace('%s', by)].join(' ')
  return `<tr><td class="num">${duration(from)}</td><td class="num">${duration(to - from)}</td><td>${escaped(how)}</td></tr>`
}

function pairs(list) {
  const known = list.filter(([, value]) => value !== undefined && value !== '')
  return `<dl>${known.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('')}</dl>`
}

function linked(name) {
  const step = byName.get(name)
  return step === undefined ? escaped(name) : `<a href="#step=${encodeURIComponent(name)}">${escaped(name)}</a>`
}

function detailsOf(step) {
  const list = (names) => (names === undefined ? undefined : names.map((name) => `<code>${escaped(name)}</code>`).join(', '))
  const error = step.error === undefined ? '' : `<div class="trouble"><h3>${escaped(step.error.code)}</h3><pre>${escaped(step.error.message)}</pre>${step.error.fix === undefined ? '' : `<p><b>fix:</b> ${escaped(step.error.fix)}</p>`}</div>`
  const note = step.logCut > 0 ? `<p class="dim small">The first ${bytes(step.logCut)} are left out: <code>lorc runs logs ${escaped(data.runId)} ${escaped(step.name)}</code> shows them.</p>` : ''
  const log = step.log === undefined ? '' : `<h3>What it printed last</h3>${note}${step.log === '' ? '' : `<pre tabindex="0">${escaped(step.log)}</pre>`}`
  const times = step.spans.length === 0 ? '' : `<h3>Time</h3><div class="wide"><table><thead><tr><th class="num">at</th><th class="num">for</th><th>what</th></tr></thead><tbody>${step.spans.map(spanLine).join('')}</tbody></table></div>`
  return error + pairs([
    ['type', escaped(step.type) + (step.phase === undefined ? '' : `, ${escaped(step.phase)}`)],
    ['item of', step.itemOf === undefined ? undefined : linked(step.itemOf)],
    ['could begin', step.ready === undefined ? undefined : `${duration(step.ready)} into the run${step.after === undefined ? '' : `, when ${linked(step.after)} had ended`}`],
    ['blocked by', step.blockedBy === undefined ? undefined : linked(step.blockedBy)],
    ['because', step.reason === undefined ? undefined : escaped(step.reason)],
    ['result from', step.cached ? 'the cache' : step.importedFrom === undefined ? undefined : `<code>${escaped(step.importedFrom)}</code>`],
    ['its own run', step.childRun === undefined ? undefined : `<code>${escaped(step.childRun)}</code>`],
    ['processor time', step.cpuMs === undefined ? undefined : duration(step.cpuMs)],
    ['most memory', step.rssBytes === undefined ? undefined : bytes(step.rssBytes)],
    ['exit status', step.exitCode],
    ['outputs', list(step.outputs)],
    ['files', list(step.files)],
  ]) + times + log
}

function open(step) {
  const dialog = element('step')
  element('step-name').textContent = step.name
  element('step-status').textContent = step.status
  element('step-status').className = `badge ${step.status}`
  element('step-body').innerHTML = detailsOf(step)
  if (!dialog.open) dialog.showModal()
  dialog.scrollTop = 0
}

function follow() {
  const named = /^#step=(.*)$/.exec(location.hash)
  const step = named === null ? undefined : byName.get(decodeURIComponent(named[1]))
  if (step !== undefined) open(step)
  else if (element('step').open) element('step').close()
}

element('search').addEventListener('input', show)
element('status').addEventListener('change', show)
element('rows').addEventListener('click', (event) => {
  const button = event.target.closest('[data-step]')
  if (button !== null) location.hash = `step=${encodeURIComponent(steps[Number(button.dataset.step)].name)}`
})
for (const head of document.querySelectorAll('[data-sort] button')) head.addEventListener('click', () => sortBy(head.closest('[data-sort]').dataset.sort))
element('step').addEventListener('close', () => {
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search)
})
element('step').addEventListener('click', (event) => {
  if (event.target === element('step')) element('step').close()
})
window.addEventListener('hashchange', follow)
show()
follow()
