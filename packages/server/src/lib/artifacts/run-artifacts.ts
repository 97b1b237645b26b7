import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SecretMask, stateOfFiles, type Artifact, type Runner } from '@lorc/runner'
import { ServerError } from '../errors.ts'

/** A file that a step of a run recorded. */
export interface RunArtifact extends Artifact {
  step: string
  /** What it is asked for by: without the run's folder, where it lies in that. */
  name: string
}

/** A file that may be sent. */
export interface LocatedArtifact {
  /** Absolute path. */
  file: string
  /** What it has to be sent through: it holds a secret of its run. */
  mask: SecretMask | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Files whose content was checked, at most. */
const MOST_CHECKED = 10_000

/**
 * The files that steps of runs recorded, and no others: what a request names is compared with them and never joined to a
 * path. A file that is not what was recorded any more is not sent.
 */
export class RunArtifacts {
  readonly #runner: Runner
  readonly #workspace: string
  /** Files, by path and state, that were found to be what was recorded: their hash. */
  readonly #checked = new Map<string, string>()
  readonly #env: Environment

  /** `env` has the secrets that runs name. */
  constructor(runner: Runner, workspace: string, env: Environment) {
    this.#runner = runner
    this.#workspace = workspace
    this.#env = env
  }

  /** In the order of the steps. Throws RUN_UNKNOWN. */
  async list(runId: string): Promise<RunArtifact[]> {
    const { steps } = await this.#runner.view(runId)
    const folder = `runs/${runId}/artifacts/`
    return steps.flatMap(({ name: step, artifacts }) =>
      artifacts.map((artifact) => ({ ...artifact, step, name: artifact.path.startsWith(folder) ? artifact.path.slice(folder.length) : artifact.path })),
    )
  }

  /** By its name or its path. Throws RUN_UNKNOWN, ARTIFACT_UNKNOWN. */
  async find(runId: string, asked: string): Promise<RunArtifact> {
    const all = await this.list(runId)
    const found = all.findLast(({ name, path }) => name === asked || path === asked)
    if (found) return found
    const { suggest } = await import('@lorc/runner/recipe')
    const near = suggest(asked, all.map(({ name }) => name))
    throw new ServerError('ARTIFACT_UNKNOWN', `No step of run ${runId} recorded a file \`${asked}\`.`, {
      fix: near === undefined ? `\`GET /runs/${runId}/artifacts\` lists them.` : `Did you mean \`${near}\`?`,
    })
  }

  /** Throws ARTIFACT_GONE where it is not there, or is not what was recorded. */
  async locate(runId: string, artifact: RunArtifact): Promise<LocatedArtifact> {
    const file = await this.#place(artifact)
    const { secrets = [] } = (await this.#runner.view(runId)).plan
    const values = secrets.flatMap((name) => this.#env[name] ?? [])
    if (values.length === 0) return { file, mask: undefined }
    const mask = new SecretMask(values)
    return { file, mask: (await mask.findsInPieces(createReadStream(file))) ? mask : undefined }
  }

  async #place(artifact: RunArtifact): Promise<string> {
    const file = join(this.#workspace, artifact.path)
    const real = await realpath(file).catch(() => undefined)
    if (real === undefined || !(await stat(real)).isFile()) throw gone(artifact, 'is not there any more')
    const way = relative(await realpath(this.#workspace), real)
    if (way === '..' || way.startsWith(`..${sep}`)) throw gone(artifact, 'leads out of the workspace')
    if ((await this.#hash(real)) !== artifact.sha256) throw gone(artifact, 'was changed since')
    return real
  }

  async #hash(file: string): Promise<string> {
    const key = `${file} ${stateOfFiles([file])}`
    const known = this.#checked.get(key)
    if (known !== undefined) return known
    const hash = createHash('sha256')
    await pipeline(createReadStream(file), hash)
    const digest = hash.digest('hex')
    if (this.#checked.size >= MOST_CHECKED) this.#checked.clear()
    this.#checked.set(key, digest)
    return digest
  }
}

function gone({ path, step }: RunArtifact, why: string): ServerError {
  return new ServerError('ARTIFACT_GONE', `The file \`${path}\` that step \`${step}\` recorded ${why}.`, {
    fix: 'The journal still has its hash; run the step again to have the file again.',
  })
}
