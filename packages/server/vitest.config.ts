import { mergeConfig } from 'vitest/config'
import { project } from '../../tools/config/vitest.ts'

export default mergeConfig(project('server'), { test: { include: ['dashboard/src/**/*.test.ts'] } })
