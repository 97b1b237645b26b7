import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { StepState } from '@lorc/runner'
import type { ByteBudget } from './byte-budget.ts'
import type { FileRow } from './report-data.ts'

const IMAGES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
}
const LARGEST_IMAGE = 256 * 1024

/** The files that steps left, in the order of the steps. Small images that are still as they were come along. */
export async function fileRows(steps: readonly StepState[], root: string, room: ByteBudget): Promise<FileRow[]> {
  const rows: FileRow[] = []
  for (const { name, artifacts } of steps) {
    for (const artifact of artifacts) {
      const image = await imageOf(artifact, root, room)
      rows.push({ ...artifact, step: name, ...(image !== undefined && { image }) })
    }
  }
  return rows
}

async function imageOf({ path, bytes, sha256 }: StepState['artifacts'][number], root: string, room: ByteBudget): Promise<string | undefined> {
  const type = IMAGES[extname(path).toLowerCase()]
  const encoded = Math.ceil(bytes / 3) * 4
  if (type === undefined || bytes === 0 || bytes > LARGEST_IMAGE || encoded > room.left) return undefined
  const content = await readFile(join(root, path)).catch(() => undefined)
  if (content === undefined || createHash('sha256').update(content).digest('hex') !== sha256 || !room.take(encoded)) return undefined
  return `data:${type};base64,${content.toString('base64')}`
}
