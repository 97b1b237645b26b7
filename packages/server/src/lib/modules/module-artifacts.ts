import { createHash } from 'node:crypto'
import { mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import type { ModuleArtifact } from './envelope.ts'
import { ModuleFault } from './module-error.ts'
import type { Module, ModuleRegistry } from './module-registry.ts'

interface Place {
  /** Absolute. */
  workspace: string
  /** Where the module's artifacts are kept. */
  folder: string
  signal: AbortSignal
}

interface Taken {
  name: string
  bytes: Buffer
}

/** Names that can be a file on any system, in folders of which none is hidden. */
const NAME = /^[A-Za-z0-9_][\w.-]{0,200}(\/[A-Za-z0-9_][\w.-]{0,200}){0,4}$/

/**
 * Fetches and keeps what a module made; first all, then none is written before each was checked. Returns the absolute paths.
 * A name alone is a reference: there is nothing to keep. Rejects with ModuleFault.
 */
export async function keepArtifacts(registry: ModuleRegistry, module: Module, artifacts: readonly ModuleArtifact[], place: Place): Promise<string[]> {
  const taken: Taken[] = []
  for (const artifact of artifacts) {
    if (artifact.kind === 'name') continue
    const one = await take(registry, module, artifact, place)
    if (!NAME.test(one.name)) throw wrong(module, one.name, 'its name is none that a file can have here', 'Use letters, digits, `.`, `_`, `-` and `/`.')
    if (taken.some(({ name }) => name === one.name)) throw wrong(module, one.name, 'it is named twice')
    if (artifact.hash !== undefined) checkHash(module, one, artifact.hash)
    taken.push(one)
  }
  return Promise.all(
    taken.map(async ({ name, bytes }) => {
      const file = join(place.folder, name)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, bytes)
      return file
    }),
  )
}

/** What results say of an artifact: the name of its file. */
export function artifactName(artifact: ModuleArtifact): string {
  if (artifact.name !== undefined) return artifact.name
  if (artifact.kind === 'url') return basename(URL.parse(artifact.url, 'http://module')?.pathname ?? '')
  return artifact.kind === 'path' ? basename(artifact.path) : ''
}

async function take(registry: ModuleRegistry, module: Module, artifact: Exclude<ModuleArtifact, { kind: 'name' }>, place: Place): Promise<Taken> {
  const name = artifactName(artifact)
  if (artifact.kind === 'url') return { name, bytes: await fetched(registry, module, name, artifact.url, place.signal) }
  if (artifact.kind === 'path') return { name, bytes: await read(module, name, artifact.path, place.workspace) }
  const { content, encoding } = artifact
  if (typeof content !== 'string') return { name, bytes: Buffer.from(`${JSON.stringify(content, null, 2)}\n`) }
  if (encoding === 'base64' && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content)) throw wrong(module, name, 'its content is no base64')
  return { name, bytes: Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8') }
}

/** From the module itself alone: an answer must not make this service ask others. */
async function fetched(registry: ModuleRegistry, module: Module, name: string, given: string, signal: AbortSignal): Promise<Buffer> {
  const { config } = module
  const url = URL.parse(given, `${config.url}/`)
  if (url?.origin !== new URL(config.url).origin) throw wrong(module, name, `its URL ${JSON.stringify(given)} is not one of the module's own`)
  const headers = await registry.headersOf(module)
  const { status, bytes } = await registry.client.ask({ module: module.name, method: 'GET', url: url.href, headers, timeoutMs: config.timeout, maxBytes: config.maxBytes, signal })
  if (status !== 200) throw wrong(module, name, `GET ${url.pathname} answered ${status}`)
  return bytes
}

async function read(module: Module, name: string, given: string, workspace: string): Promise<Buffer> {
  const file = await realpath(resolve(workspace, given)).catch(() => undefined)
  if (!file?.startsWith((await realpath(workspace)) + sep)) throw wrong(module, name, `its path ${JSON.stringify(given)} leads to no file of the workspace`)
  const { size } = await stat(file)
  const { maxBytes } = module.config
  if (size > maxBytes) throw new ModuleFault('MODULE_TOO_LARGE', `The artifact \`${name}\` of the module \`${module.name}\` has ${size} bytes; ${maxBytes} are possible.`, { module: module.name }, { fix: `Raise \`modules.${module.name}.maxBytes\`.` })
  return readFile(file)
}

function checkHash(module: Module, { name, bytes }: Taken, hash: string): void {
  const actual = createHash('sha256').update(bytes).digest('hex')
  if (actual !== hash.toLowerCase().replace(/^sha256:/, '')) throw wrong(module, name, `its SHA-256 is ${actual}, not ${hash}`)
}

function wrong(module: Module, name: string, why: string, fix?: string): ModuleFault {
  return new ModuleFault('MODULE_ARTIFACT', `The artifact \`${name}\` of the module \`${module.name}\` cannot be taken: ${why}.`, { module: module.name, artifact: name }, { ...(fix !== undefined && { fix }) })
}
