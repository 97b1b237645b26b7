import { statfs } from 'node:fs/promises'
import { bytes } from '../render/quantity.ts'
import type { Check } from './check.ts'

export interface FileSystem {
  /** The magic number of its type (Linux: statfs(2)). */
  type: number
  freeBytes: number
}

const ENOUGH = 1024 ** 3
const LEAST = 50 * 1024 ** 2

const SHARED: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x01021997: '9p',
}
const VOLATILE: Readonly<Record<number, string>> = { 0x01021994: 'tmpfs', 0x858458f6: 'ramfs' }

/** Throws what statfs throws. */
export async function fileSystemOf(folder: string): Promise<FileSystem> {
  const { type, bavail, bsize } = await statfs(folder)
  return { type, freeBytes: bavail * bsize }
}

/** `platform` as process.platform gives it: only Linux tells file systems by these numbers. */
export function checkFileSystem({ type }: FileSystem, platform: string): Check {
  const name = 'file system'
  const shared = platform === 'linux' ? SHARED[type] : undefined
  const volatile = platform === 'linux' ? VOLATILE[type] : undefined
  if (shared !== undefined) {
    const fix = 'keep the workspace on a local disk, or set store: files'
    return { name, status: 'warn', message: `${shared}: SQLite is not safe there with several machines`, fix }
  }
  if (volatile !== undefined) {
    return {
      name,
      status: 'warn',
      message: `${volatile}: runs are lost at a restart of the machine`,
      fix: 'keep the workspace on a disk',
    }
  }
  return { name, status: 'ok', message: 'a local disk' }
}

export function checkSpace({ freeBytes }: FileSystem): Check {
  const status = freeBytes < LEAST ? 'fail' : freeBytes < ENOUGH ? 'warn' : 'ok'
  const message = `${bytes(freeBytes)} free`
  return {
    name: 'disk space',
    status,
    message,
    ...(status === 'ok' ? {} : { fix: 'make room, or remove old runs: `lorc runs prune --keep 30d`' }),
  }
}
