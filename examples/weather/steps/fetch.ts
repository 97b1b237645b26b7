import type { NodeStep, ScriptletContext } from '@lorc/runner'
import { copyFile, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

interface Params {
  /** An installed package. */
  package: string
  /** The file, relative to the package's main module. */
  file: string
  /** Where the copy goes, relative to the workspace. */
  to: string
}

/** Copies a file out of an installed package into the workspace, where paths in recipes can reach it. */
export async function fetchFile(ctx: ScriptletContext, params: Params, step: NodeStep) {
  const source = new URL(params.file, import.meta.resolve(params.package))
  await mkdir(dirname(params.to), { recursive: true })
  await copyFile(source, params.to)
  const { size: bytes } = await stat(params.to)
  step.log.info('copied %d bytes to %s', bytes, params.to)
  ctx.set('weather.raw_v1', { path: params.to, bytes })
}
