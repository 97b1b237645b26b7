import { readFile, stat } from 'node:fs/promises'
import type { createLocalJWKSet, JWTVerifyGetKey } from 'jose'

type OpenSet = typeof createLocalJWKSet

/** The public keys of a file, read anew once it was changed: one that is taken out of it does not count any more. */
export function keysOfFile(file: string, open: OpenSet): JWTVerifyGetKey {
  let known: { stamp: string; keys: JWTVerifyGetKey } | undefined
  return async (header, token) => {
    const { ino, mtimeMs, size } = await stat(file)
    const stamp = `${ino} ${mtimeMs} ${size}`
    if (known?.stamp !== stamp) known = { stamp, keys: open(JSON.parse(await readFile(file, 'utf8')) as Parameters<OpenSet>[0]) }
    return known.keys(header, token)
  }
}
