import { project } from '../../tools/config/vitest.ts'

export default project('server')
