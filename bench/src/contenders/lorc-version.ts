import { readFileSync } from 'node:fs'

const MANIFEST = new URL('../../../packages/cli/package.json', import.meta.url)

export const lorcVersion = (JSON.parse(readFileSync(MANIFEST, 'utf8')) as { version: string }).version
