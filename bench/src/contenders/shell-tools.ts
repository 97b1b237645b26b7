import type { Node } from './shell-graph.ts'

/** A program that runs a graph of commands: the files it reads, how it is started, how its version is asked for. */
export interface Tool {
  files(graph: readonly Node[]): Record<string, string>
  argv: readonly string[]
  env?: Readonly<Record<string, string>>
  version?: readonly string[]
  settings: string
}

/** Says what a shell step has to say. */
export const SCRIPT = `#!/bin/sh\necho '{"status":"ok","outputs":[]}'\n`

export const recipe = (graph: readonly Node[]): string =>
  `steps:\n${graph.map(({ name, needs }) => `  - { name: ${name}, type: shell, script: ok, depends_on: [${needs.join(', ')}] }\n`).join('')}`

export const makefile =
  (command: string) =>
  (graph: readonly Node[]): Record<string, string> => {
    const names = graph.map(({ name }) => name).join(' ')
    const rules = graph.map(({ name, needs }) => `${name}: ${needs.join(' ')}\n\t${command}\n`)
    return { Makefile: `all: ${names}\n.PHONY: all ${names}\n${rules.join('')}` }
  }

export const ninjaFile = (graph: readonly Node[]): Record<string, string> => ({
  'build.ninja': `rule run\n  command = ./ok\n${graph.map(({ name, needs }) => `build ${name}: run ${needs.join(' ')}\n`).join('')}`,
})

export const wireitPackage = (graph: readonly Node[]): Record<string, string> => {
  const wireit = Object.fromEntries(graph.map(({ name, needs }) => [name, { command: './ok', dependencies: needs }]))
  const all = { all: { dependencies: graph.map(({ name }) => name) } }
  const scripts = Object.fromEntries([...Object.keys(wireit), 'all'].map((name) => [name, 'wireit']))
  return { 'package.json': JSON.stringify({ name: 'bench', version: '1.0.0', scripts, wireit: { ...wireit, ...all } }) }
}

export const turboWorkspace = (graph: readonly Node[]): Record<string, string> => {
  const root = { name: 'bench', private: true, packageManager: 'npm@11.0.0', workspaces: ['packages/*'] }
  const files: Record<string, string> = {
    'package.json': JSON.stringify(root),
    'package-lock.json': JSON.stringify({ name: 'bench', lockfileVersion: 3, requires: true, packages: { '': root } }),
    'turbo.json': JSON.stringify({ tasks: { go: { dependsOn: ['^go'], cache: false } } }),
  }
  for (const { name, needs } of graph) {
    const dependencies = Object.fromEntries(needs.map((need) => [need, '*']))
    files[`packages/${name}/package.json`] = JSON.stringify({ name, version: '1.0.0', scripts: { go: '../../ok' }, dependencies })
  }
  return files
}
