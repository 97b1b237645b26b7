import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Template, TemplateFiles } from './template.ts'

/** Beside the program, where the build puts the examples. */
const PLACES = ['./templates.json', '../../../dist/templates.json'] as const

/** One of the examples, with its names replaced. */
function example(key: string, rename: (text: string, name: string) => string): Template['files'] {
  return async (name) => {
    const place = PLACES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path)) ?? PLACES[0]
    const all = JSON.parse(await readFile(place, 'utf8')) as Record<string, TemplateFiles>
    return Object.fromEntries(Object.entries(all[key] ?? {}).map(([path, text]) => [path, rename(text, name)]))
  }
}

export const job: Template = {
  summary: 'a package with a job: tested, ready to be published; it keeps earthquakes of a feed',
  next: 'npm install && npm test',
  files: example('job', (text, name) => text.replaceAll('@lorc-examples/ingester', name).replaceAll('# Ingester', `# ${name}`).replaceAll(/\bingester\b/g, name)),
}

export const recipe: Template = {
  summary: 'a recipe over four years of weather: Node, shell and Python steps, a report with a chart, tests',
  next: 'npm install && npm test',
  files: example('recipe', (text, name) => text.replaceAll('@lorc/example-weather', name).replace(/^# Weather$/m, `# ${name}`)),
}

export const modules: Template = {
  summary: 'two services of modules, in Node and in Python, scenarios over them, and the service that runs those; tests',
  next: 'npm install && npm test',
  files: example('modules', (text, name) => text.replaceAll('@lorc/example-policy', name).replace(/^# Policy$/m, `# ${name}`)),
}

export const pipeline: Template = {
  summary: 'a recipe over the jobs of three packages, all in one workspace: extract, canonize, score',
  next: 'npm install && npm test && npm run build',
  files: example('pipeline', (text, name) => text.replaceAll('@lorc-examples/pipeline', name).replaceAll('@lorc-examples/', `@${name}/`).replace(/^# Pipeline$/m, `# ${name}`)),
}
