import { once } from 'node:events'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { SecretMask } from './secret-mask.ts'

/**
 * Masks the log of an attempt that is over, for what reached it past the streams that mask as they write: a log that
 * holds a secret is replaced by a masked one, or removed where that cannot be written. Does nothing where there is no log;
 * never rejects.
 */
export async function maskLog(path: string, mask: SecretMask): Promise<void> {
  if (!existsSync(path)) return
  const draft = `${path}.masked`
  try {
    if (!(await isChanged(path, mask))) return
    const stream = mask.stream()
    await pipeline(
      createReadStream(path),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) yield stream.push(chunk)
        yield stream.end()
      },
      createWriteStream(draft),
    )
    await rename(draft, path)
  } catch {
    for (const left of [path, draft]) await rm(left, { force: true, recursive: true }).catch(() => undefined)
  }
}

/** A form of a secret is longer than what replaces it, so that the length tells. */
async function isChanged(path: string, mask: SecretMask): Promise<boolean> {
  const stream = mask.stream()
  const file = createReadStream(path)
  let read = 0
  let passed = 0
  try {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      read += chunk.length
      passed += stream.push(chunk).length
    }
  } finally {
    file.destroy()
    if (!file.closed) await once(file, 'close')
  }
  return read !== passed + stream.end().length
}
