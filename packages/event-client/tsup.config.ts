import { builtinsOnUse, library } from '../../tools/config/tsup.ts'

export default { ...library('index', 'bigquery', 'testing', 'conformance', 'retry'), esbuildPlugins: [builtinsOnUse] }
