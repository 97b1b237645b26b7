import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'weather', include: ['steps/**/*.test.ts'] } })
