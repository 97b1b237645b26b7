import { readFileSync } from 'node:fs'
import type { JobLocation } from './job-registry.ts'

const LARGEST_BYTES = 1 << 20
/** From the end of a comment to the name that it is about. */
const DECLARED = /^\s*(?:export\s+)?(?:default\s+)?(?:const|let|var|(?:async\s+)?function\*?)\s+([\p{L}_$][\p{L}\p{N}_$]*)/u

/** The text of the comment right above the declaration of what a module exports; undefined where there is none. */
export function commentAbove({ file, export: name }: Pick<JobLocation, 'file' | 'export'>): string | undefined {
  const text = readFileSync(file, 'utf8')
  if (text.length > LARGEST_BYTES) return undefined
  for (let from = text.indexOf('/**'); from >= 0; from = text.indexOf('/**', from + 3)) {
    const end = text.indexOf('*/', from)
    if (end < 0) return undefined
    if (DECLARED.exec(text.slice(end + 2, end + 300))?.[1] === name) return plain(text.slice(from + 3, end))
  }
  return undefined
}

function plain(comment: string): string | undefined {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
  const tags = lines.findIndex((line) => line.startsWith('@'))
  const text = lines.slice(0, tags < 0 ? undefined : tags).join('\n').trim()
  return text === '' ? undefined : text
}
