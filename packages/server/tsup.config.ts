import { builtinsOnUse, library } from '../../tools/config/tsup.ts'

export default { ...library('index', 'access', 'client', 'modules', 'schedules'), esbuildPlugins: [builtinsOnUse] }
