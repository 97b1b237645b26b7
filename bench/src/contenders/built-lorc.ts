import { fileURLToPath } from 'node:url'

/** The command `lorc` as it is built. */
export const LORC = fileURLToPath(new URL('../../../packages/cli/dist/lorc.js', import.meta.url))
