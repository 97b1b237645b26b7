import { createHash } from 'node:crypto'
import { GRAPH_STYLE } from '../graph/svg.ts'
import { escapeMarkup as text } from '../graph/markup.ts'
import { timestamp } from '../render/quantity.ts'
import { jsonInMarkup } from './json-in-markup.ts'
import { contextSection, filesSection, graphSection, runSection } from './html-sections.ts'
import { head, stepsSection, timeSection, troubles } from './html-summary.ts'
import type { pageFiles } from './page-files.ts'
import type { ReportData } from './report-data.ts'
import { timeCuts } from './time-cuts.ts'

/**
 * The report as one HTML page that loads nothing: script and style are in it, and nothing else may run (a content
 * security policy with their hashes says so).
 */
export function html(data: ReportData, { script, style }: ReturnType<typeof pageFiles>): string {
  const css = `${style}${GRAPH_STYLE}`
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(css)}'; img-src data:; base-uri 'none'; form-action 'none'`
  const title = text(`${data.name}: ${data.status}`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="lorc ${text(data.version)}">
<title>${title}</title>
<style>${css}</style>
</head>
<body>
<a class="skip" href="#steps">Skip to the steps</a>
<main>
${head(data)}
${troubles(data)}
${timeSection(data)}
${stepsSection(data)}
${graphSection(data)}
${contextSection(data)}
${filesSection(data)}
${runSection(data)}
</main>
<footer>Made on ${timestamp(data.madeAt)} by lorc ${text(data.version)} from the journal of ${text(data.runId)}: ${data.facts.events} events, the last with hash <code>${text(data.facts.hash)}</code>.</footer>
<dialog id="step" aria-labelledby="step-name"><form method="dialog"><header><h2 id="step-name"></h2><span id="step-status"></span><button>Close</button></header></form><div id="step-body"></div></dialog>
<script type="application/json" id="data">${jsonInMarkup(clientData(data))}</script>
<script>${script}</script>
</body>
</html>
`
}

function clientData(data: ReportData): object {
  const { runId, totalMs, steps } = data
  return { runId, totalMs, cuts: timeCuts(data), steps }
}

function hashOf(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`
}
