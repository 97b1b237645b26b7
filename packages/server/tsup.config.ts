import { builtinsOnUse, library } from '../../tools/config/tsup.ts'

export default { ...library('index', 'client', 'modules', 'schedules'), esbuildPlugins: [builtinsOnUse] }
