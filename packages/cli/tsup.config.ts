import { program } from '../../tools/config/tsup.ts'

export default program('lorc', { carries: ['../runner'], library: 'index', core: 'src/lib/run-process.ts' })
