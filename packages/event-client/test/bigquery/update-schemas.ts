// Writes schemas.json anew, after a change of the client: `node test/bigquery/update-schemas.ts`.
import { writeFileSync } from 'node:fs'
import { clientSchemas, SCHEMAS_FILE } from './client-schemas.ts'

writeFileSync(SCHEMAS_FILE, `${JSON.stringify(await clientSchemas())}\n`)
