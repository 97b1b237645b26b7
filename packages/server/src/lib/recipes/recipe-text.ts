import { open } from 'node:fs/promises'

const LOOKED_AT = 64 * 1024

/** Whether a YAML file looks like a recipe rather than some other program's: whether it has `steps` near its beginning. */
export async function isRecipeText(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined)
  if (!handle) return false
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0)
    return /(?:^|[{,])\s*["']?steps["']?\s*:/m.test(buffer.toString('utf8', 0, bytesRead))
  } finally {
    await handle.close()
  }
}
