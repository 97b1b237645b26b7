import { dirname, join, relative } from 'node:path'
import { problemOf } from './candidates.ts'
import { isRecord, parseDeclaration } from './declaration.ts'
import { broughtNames } from './declared-names.ts'
import { RegistryError } from './errors.ts'
import { moduleFile } from './job-module.ts'
import { JAVASCRIPT } from './load-job.ts'
import type { JobEntry, ParamsSchema, RegistryProblem } from './job-registry.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { packedFiles } from './packed-files.ts'
import { realPath } from './paths.ts'
import { probeJob, type ProbeOptions } from './probe.ts'

/** How the jobs of a package are checked. */
export interface CheckOptions extends ProbeOptions {
  /** The files that the package in a folder is published with, relative to it. Default: as npm tells. */
  packedFiles?: (dir: string) => Promise<string[]>
}

/** What the check of a package found. */
export interface CheckedJobs {
  package: string
  version: string
  /** The jobs that are declared well enough to be looked at, each with whether something is wrong with it. */
  jobs: { name: string; ok: boolean }[]
  /** Of the package, and of each job. */
  problems: RegistryProblem[]
}

/**
 * What the author of a package wants to know before it is published: whether each job that it declares is there, loads, is
 * a job, and will be there, with all that it imports, in what is published. Loads the modules, each in a thread. Throws
 * RegistryError REGISTRY_MANIFEST_INVALID where there is no package.json to speak of.
 */
export async function checkJobs(folder: string, options: CheckOptions = {}): Promise<CheckedJobs> {
  const dir = realPath(folder) ?? folder
  const manifest = readManifest(dir)
  const file = join(dir, 'package.json')
  if (manifest === undefined) throw new RegistryError('REGISTRY_MANIFEST_INVALID', `There is no package in ${dir}: it has no package.json.`)
  const name = typeof manifest['name'] === 'string' ? manifest['name'] : ''
  const version = typeof manifest['version'] === 'string' ? manifest['version'] : ''
  const declaration = parseDeclaration((manifest['lorc'] as { jobs?: unknown } | undefined)?.jobs)
  const problems: RegistryProblem[] = declaration.problems.map(({ name: job, message, fix }) => ({
    code: 'REGISTRY_DECLARATION_INVALID',
    package: name,
    ...(job === undefined ? {} : { job }),
    file,
    message: `${message}.`,
    fix,
  }))
  const add = (error: unknown, job?: string): void => void problems.push({ ...problemOf(error, dir), package: name, ...(job === undefined ? {} : { job }) })
  if (name === '') add(new RegistryError('REGISTRY_MANIFEST_INVALID', `${file} has no name.`))
  const packed = await packedIn(dir, options).catch((error: unknown) => add(error))
  for (const entry of declaration.jobs) {
    for (const error of await faultsOf(entry, { dir, name, manifest, packed: packed ?? undefined, options })) add(error, entry.name)
  }
  const broken = new Set(problems.map(({ job }) => job))
  return { package: name, version, jobs: declaration.jobs.map((job) => ({ name: job.name, ok: !broken.has(job.name) })), problems }
}

async function packedIn(dir: string, options: CheckOptions): Promise<Set<string>> {
  return new Set(await (options.packedFiles ?? packedFiles)(dir))
}

interface Checking {
  dir: string
  name: string
  manifest: Manifest
  /** Undefined: nobody can tell. */
  packed: ReadonlySet<string> | undefined
  options: CheckOptions
}

async function faultsOf(entry: JobEntry, { dir, name, manifest, packed, options }: Checking): Promise<RegistryError[]> {
  try {
    const file = moduleFile(name, dir, entry)
    const { imports, params } = await probeJob({ package: name, job: entry.name, file, export: entry.export, dir }, options)
    const brought = new Set([...broughtNames(manifest), name])
    const paths = imports.files.map((path) => relative(dir, path))
    return [
      ...untaken(entry, params).map((param) => refused(param, name, entry)),
      ...paths.filter((path) => packed?.has(path) === false).map((path) => unpacked(path, entry)),
      ...(manifest['private'] === true ? [] : paths.filter((path) => /\.[cm]?ts$/.test(path)).map((path) => typed(path))),
      ...imports.packages.filter((one) => !brought.has(one)).map((one) => undeclared(one)),
    ]
  } catch (error) {
    if (error instanceof RegistryError) return [error]
    throw error
  }
}

/** Parameters that are declared, and that a run would refuse: the job's own schema, where it can tell, is what counts. */
function untaken({ params: declared }: JobEntry, taken: ParamsSchema | undefined): string[] {
  const { properties, additionalProperties = false, patternProperties } = taken ?? {}
  if (!isRecord(declared?.['properties']) || !isRecord(properties) || additionalProperties !== false || patternProperties !== undefined) return []
  return Object.keys(declared['properties']).filter((param) => !Object.hasOwn(properties, param))
}

function refused(param: string, packageName: string, { name }: JobEntry): RegistryError {
  return new RegistryError('REGISTRY_DECLARATION_INVALID', `The package.json declares the parameter \`${param}\`, which ${packageName}/${name} does not take.`, {
    fix: `give it a schema in the code, \`defineJob({ params, run })\`, that has \`${param}\` (a plain function takes no parameters), or take it out of \`params\` of the package.json.`,
  })
}

function unpacked(path: string, { module }: JobEntry): RegistryError {
  const what = join(module) === path ? `\`${path}\`` : `\`${path}\`, which it imports,`
  return new RegistryError('REGISTRY_FILE_UNPACKED', `${what} is not among the files that the package is published with.`, {
    fix: `add "${dirname(path) === '.' ? path : dirname(path).split('/')[0] ?? path}" to \`files\` of the package.json, or take it out of .npmignore.`,
  })
}

function typed(path: string): RegistryError {
  return new RegistryError('REGISTRY_MODULE_FAILED', `\`${path}\` is TypeScript, which runs here, and does not where the package is installed.`, { fix: JAVASCRIPT })
}

function undeclared(name: string): RegistryError {
  return new RegistryError('REGISTRY_IMPORT_UNDECLARED', `It imports \`${name}\`, which the package does not bring with it.`, {
    fix: `move \`${name}\` to \`dependencies\` of the package.json: those for development are not installed with it.`,
  })
}
