// Holds the Dockerfile and compose.yaml to the workspace, without building anything: run it in the root.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { nodePackageFor } from '../bootstrap/toolchain.mjs'
import { copiedSources, instructionsOf, isIgnored } from './dockerfile.ts'

interface Manifest {
  name: string
  packageManager?: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

interface Compose {
  services: Record<string, { read_only?: boolean; cap_drop?: string[]; security_opt?: string[]; tmpfs?: string[]; volumes?: string[]; depends_on?: string[] }>
}

const wrong: string[] = []
const must = (holds: boolean, what: string): void => {
  if (!holds) wrong.push(what)
}
const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

const text = readFileSync('Dockerfile', 'utf8')
const ignore = readFileSync('.dockerignore', 'utf8')
const instructions = instructionsOf(text)
const saying = (name: string): string[] => instructions.filter((one) => one.name === name).map((one) => one.text)

const sources = copiedSources(instructions)
for (const source of sources) {
  must(existsSync(source), `Dockerfile: COPY ${source}, which is not there`)
  must(!isIgnored(ignore, source), `.dockerignore leaves out ${source}, which the Dockerfile copies`)
}

/** The folders of the packages of this workspace that one of them needs, itself included. */
const neededBy = (name: string, found = new Set<string>()): Set<string> => {
  const folder = `packages/${name.replace('@lorc/', '')}`
  if (found.has(folder)) return found
  found.add(folder)
  const { dependencies, devDependencies } = manifestOf(folder)
  for (const [other, version] of Object.entries({ ...dependencies, ...devDependencies })) if (version === 'workspace:*') neededBy(other, found)
  return found
}
for (const folder of neededBy('@lorc/cli')) {
  must(sources.includes(`${folder}/package.json`), `Dockerfile: ${folder}/package.json is not copied before the install`)
  must(sources.some((source) => source === dirname(folder) || source === folder), `Dockerfile: ${folder} is not copied before the build`)
  must(!isIgnored(ignore, `${folder}/src/index.ts`), `.dockerignore leaves out the source of ${folder}`)
}

const [, node] = nodePackageFor('linux', 'x64', false)
const stages = saying('FROM').map((one) => one.split(/\s+/)[0] ?? '')
must(stages.length === 2 && stages.every((image) => image.startsWith(`node:${node}-`)), `Dockerfile: both stages are to be of node:${node}, not ${stages.join(', ')}`)
const pnpm = manifestOf('.').packageManager ?? ''
must(text.includes(`npm install --global ${pnpm}\n`), `Dockerfile: it is to install ${pnpm}`)
must(/^[1-9]\d*:[1-9]\d*$/.test(saying('USER').at(-1) ?? ''), 'Dockerfile: it is to end as a user that is named by number, and is not root')
must(/^(?:--\S+ )*CMD \["node",/.test(saying('HEALTHCHECK')[0] ?? ''), 'Dockerfile: the check of health is to be done by node, the one program that is certain to be there')
must(saying('ENTRYPOINT')[0]?.startsWith('["tini"') === true, 'Dockerfile: process 1 is to be tini')
must(saying('CMD')[0]?.startsWith('["serve", "--host", "0.0.0.0"') === true, 'Dockerfile: it is to serve on every address of the container')
must(saying('ENV').some((one) => one.includes('LORC_STATE_DIR=/app/runs/')) && saying('VOLUME').includes('/app/runs'), 'Dockerfile: all that is kept is to be in the volume /app/runs')

const { services } = parse(readFileSync('compose.yaml', 'utf8'), { merge: true }) as Compose
for (const [name, { read_only: readOnly, cap_drop: caps, security_opt: options, tmpfs, volumes = [], depends_on: others = [] }] of Object.entries(services)) {
  const confined = readOnly === true && caps?.includes('ALL') && options?.includes('no-new-privileges:true') && tmpfs?.includes('/tmp')
  must(confined === true, `compose.yaml: ${name} is to be confined: read_only, cap_drop, no-new-privileges, a tmpfs for /tmp`)
  for (const other of others) must(other in services, `compose.yaml: ${name} depends on ${other}, which is none of the services`)
  for (const source of volumes.map((one) => one.split(':')[0] ?? '').filter((one) => one.startsWith('.'))) {
    must(existsSync(source), `compose.yaml: ${name} mounts ${source}, which is not there`)
  }
}

for (const what of wrong) console.error(what)
process.exitCode = wrong.length === 0 ? 0 : 1
