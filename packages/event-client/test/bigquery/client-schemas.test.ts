import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { clientSchemas, SCHEMAS_FILE } from './client-schemas.ts'

it('are those of the client that is installed', async () => {
  expect(JSON.parse(readFileSync(SCHEMAS_FILE, 'utf8'))).toEqual(JSON.parse(JSON.stringify(await clientSchemas())))
})
