import { createHash } from 'node:crypto'
import { mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import type { Attempt } from '@lorc/runner'
import type { ServerError } from '../errors.ts'
import type { ModuleArtifact } from './envelope.ts'
import type { Module } from './module.ts'
import { moduleError } from './module-error.ts'

interface Taken {
  name: string
  bytes: Buffer
}

/** Names that can be a file on any system, in folders of which none is hidden. */
const NAME = /^[A-Za-z0-9_][\w.-]{0,200}(\/[A-Za-z0-9_][\w.-]{0,200}){0,4}$/

/**
 * Keeps what a module made in the attempt's folder for artifacts; nothing is written before all were checked. Returns their
 * paths in the workspace. A name alone is a reference: there is nothing to keep. Rejects with ServerError MODULE_ARTIFACT,
 * MODULE_TOO_LARGE, and as Module.ask does for those that are fetched.
 */
export async function keepArtifacts(module: Module, artifacts: readonly ModuleArtifact[], attempt: Attempt): Promise<string[]> {
  const taken: Taken[] = []
  let room = module.config.maxBytes
  for (const artifact of artifacts) {
    if (artifact.kind === 'name') continue
    const name = artifactName(artifact)
    if (!NAME.test(name)) throw wrong(module, name, 'its name is none that a file can have here', 'Use letters, digits, `.`, `_`, `-` and `/`.')
    const other = taken.find((one) => isSamePlace(one.name, name))
    if (other) throw wrong(module, name, other.name === name ? 'it is named twice' : `it has the place of \`${other.name}\``)
    const bytes = await contentOf(module, artifact, { name, room, attempt })
    room -= bytes.length
    if (room < 0) throw tooLarge(module)
    if (artifact.hash !== undefined) checkHash(module, { name, bytes }, artifact.hash)
    if (attempt.mask?.findsIn(bytes) === true) throw wrong(module, name, 'it holds a secret of this service')
    taken.push({ name, bytes })
  }
  return Promise.all(taken.map((one) => write(attempt, one)))
}

/** What results say of an artifact: the name of its file. */
export function artifactName(artifact: ModuleArtifact): string {
  if (artifact.name !== undefined) return artifact.name
  if (artifact.kind === 'url') return basename(URL.parse(artifact.url, 'http://module')?.pathname ?? '')
  return artifact.kind === 'path' ? basename(artifact.path) : ''
}

/** On systems that do not tell capitals from small letters; and no file can be a folder. */
function isSamePlace(one: string, other: string): boolean {
  const [a, b] = [`${one.toLowerCase()}/`, `${other.toLowerCase()}/`]
  return a.startsWith(b) || b.startsWith(a)
}

interface Taking {
  name: string
  /** Bytes that there is room for. */
  room: number
  attempt: Attempt
}

async function contentOf(module: Module, artifact: Exclude<ModuleArtifact, { kind: 'name' }>, taking: Taking): Promise<Buffer> {
  if (artifact.kind === 'url') return fetched(module, artifact.url, taking)
  if (artifact.kind === 'path') return read(module, artifact.path, taking)
  const { content, encoding } = artifact
  if (typeof content !== 'string') return jsonOf(module, content, taking.name)
  if (encoding === 'base64' && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) throw wrong(module, taking.name, 'its content is not base64')
  return Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8')
}

function jsonOf(module: Module, content: unknown, name: string): Buffer {
  try {
    return Buffer.from(`${JSON.stringify(content, null, 2)}\n`)
  } catch (cause) {
    throw wrong(module, name, 'its content is nested too deep', undefined, cause)
  }
}

/** From the module itself alone: an answer must not make this service ask others. */
async function fetched(module: Module, given: string, { name, room, attempt }: Taking): Promise<Buffer> {
  const base = module.config.url
  const url = URL.parse(given, `${base}/`)
  if (url?.origin !== new URL(base).origin) throw wrong(module, name, `its URL ${JSON.stringify(given)} is not one of the module's own`)
  const { status, bytes } = await module.ask({ method: 'GET', url: url.href, maxBytes: Math.max(1, room), signal: attempt.signal })
  if (status !== 200) throw wrong(module, name, `GET ${url.pathname} answered ${status}`)
  return bytes
}

async function read(module: Module, given: string, { name, room, attempt: { workspace } }: Taking): Promise<Buffer> {
  const file = await realpath(resolve(workspace, given)).catch(() => undefined)
  const found = file?.startsWith((await realpath(workspace)) + sep) === true ? await stat(file) : undefined
  if (file === undefined || found?.isFile() !== true) throw wrong(module, name, `its path ${JSON.stringify(given)} leads to no file of the workspace`)
  if (found.size > room) throw tooLarge(module)
  return readFile(file)
}

async function write({ artifactsDir, workspace }: Attempt, { name, bytes }: Taken): Promise<string> {
  const file = join(artifactsDir, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
  return relative(workspace, file)
}

function checkHash(module: Module, { name, bytes }: Taken, hash: string): void {
  const actual = createHash('sha256').update(bytes).digest('hex')
  if (actual !== hash.toLowerCase().replace(/^sha256:/, '')) throw wrong(module, name, `its SHA-256 is ${actual}, not ${hash}`)
}

function wrong(module: Module, name: string, why: string, fix?: string, cause?: unknown): ServerError {
  const message = `The artifact ${JSON.stringify(name)} of the module \`${module.name}\` cannot be taken: ${why}.`
  return moduleError('MODULE_ARTIFACT', module.name, message, { fix, cause, details: { artifact: name } })
}

function tooLarge({ name, config: { maxBytes } }: Module): ServerError {
  return moduleError('MODULE_TOO_LARGE', name, `The artifacts of the module \`${name}\` have more than ${maxBytes} bytes.`, {
    fix: `Raise \`modules.${name}.maxBytes\`.`,
  })
}
