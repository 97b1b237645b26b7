import { defineConfig } from 'vitest/config'

/** The rules' own tests: each proves that its rule catches a violation. */
export default defineConfig({ test: { name: 'tools', include: ['**/*.test.ts'], testTimeout: 120_000 } })
