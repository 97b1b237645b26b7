import type { JsonObject } from '@lorc/runner'
import { escapeMarkup as text } from '../graph/markup.ts'
import { bytes, count, timestamp } from '../render/quantity.ts'
import type { FileRow, KeyRow, ReportData, ValueText } from './report-data.ts'

export function graphSection({ graph, steps }: ReportData): string {
  const drawn = steps.filter(({ itemOf }) => itemOf === undefined).length
  return `<section aria-labelledby="graph"><h2 id="graph">Graph</h2>
<div class="scroll" tabindex="0" role="group" aria-label="The graph of ${count(drawn, 'step')}">${graph}</div></section>`
}

/** Each key with its value, who wrote it, and what it held before. */
export function contextSection({ keys, keysLeft, runId }: Pick<ReportData, 'keys' | 'keysLeft' | 'runId'>): string {
  if (keys.length === 0) return ''
  return `<section aria-labelledby="context"><h2 id="context">Context</h2><div class="keys${keys.length > 200 ? ' many' : ''}">${keys.map(keyDetails).join('')}</div>${keys.length > 100 ? `<p class="onpaper dim small">On paper the first 100 of ${keys.length} keys are shown.</p>` : ''}${keysLeft > 0 ? `<p class="dim">${count(keysLeft, 'more key')}: <code>lorc runs context ${text(runId)}</code> shows all.</p>` : ''}</section>`
}

function keyDetails({ key, versions: [last, ...older] }: KeyRow): string {
  if (last === undefined) return ''
  const history = older.map((value) => `<li>${blame(value)}: <code>${text(value.text)}</code>${cut(value)}</li>`)
  return `<details><summary><code>${text(key)}</code><code class="preview">${text(last.text.replaceAll(/\s+/g, ' ').slice(0, 120))}</code><span class="dim small">${last.step === null ? text(last.who) : text(last.step)}</span></summary>
<p class="dim small">written by ${blame(last)}</p><pre tabindex="0">${text(last.text)}</pre>${cut(last)}
${history.length > 0 ? `<h3>Before that</h3><ul>${history.join('')}</ul>` : ''}</details>`
}

function blame({ who, step, attempt, at }: ValueText): string {
  const from = step === null ? '' : ` in step <a href="#step=${encodeURIComponent(step)}">${text(step)}</a>${attempt === null ? '' : `, attempt ${attempt}`}`
  return `${text(who)}${from}, ${timestamp(at)}`
}

function cut(value: ValueText): string {
  return value.cut > 0 ? ` <span class="dim small">(${value.cut} more characters)</span>` : ''
}

export function filesSection({ files, filesAt }: ReportData): string {
  if (files.length === 0) return ''
  return `<section aria-labelledby="files"><h2 id="files">Files</h2><ul class="files">${files.map((file) => fileItem(file, filesAt)).join('')}</ul></section>`
}

function fileItem({ path, bytes: size, sha256, step, image }: FileRow, filesAt: string): string {
  const picture = image === undefined ? '' : `<img src="${text(image)}" alt="${text(path)}" loading="lazy">`
  return `<li><a href="${text(filesAt + path.split('/').map(encodeURIComponent).join('/'))}"><code>${text(path)}</code></a>${picture}
<p class="dim small">${bytes(size)}, by <a href="#step=${encodeURIComponent(step)}">${text(step)}</a><br>sha256 <code>${text(sha256.slice(0, 16))}…</code></p></li>`
}

/** What the run was made of. */
export function runSection({ facts, recipe }: ReportData): string {
  const { params, versions, code, options, env, planHash } = facts
  return `<section aria-labelledby="run"><h2 id="run">What was run</h2>
<dl><dt>plan</dt><dd><code>${text(planHash)}</code></dd>${recipe === null ? '' : `<dt>recipe</dt><dd><code>${text(recipe.path)}</code> <span class="dim small">sha256 <code>${text(recipe.sha256)}</code></span></dd>`}
${Object.entries(versions).map(([name, value]) => `<dt>${text(name)}</dt><dd>${text(plain(value))}</dd>`).join('')}</dl>
${block('Parameters', params)}${block('Options', options as JsonObject)}${block('Code, with SHA-256', code)}${block('Variables, with the beginning of their SHA-256', env ?? {})}</section>`
}

function block(title: string, values: JsonObject): string {
  const entries = Object.entries(values)
  if (entries.length === 0) return ''
  const rows = entries.map(([name, value]) => `<tr><th scope="row"><code>${text(name)}</code></th><td><code>${text(plain(value))}</code></td></tr>`)
  return `<details><summary>${title} (${entries.length})</summary><div class="wide"><table><tbody>${rows.join('')}</tbody></table></div></details>`
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
