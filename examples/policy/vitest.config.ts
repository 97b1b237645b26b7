import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { defaultServerConditions } from 'vite'
import { defineConfig } from 'vitest/config'

// What is published has no sources.
const hasSources = existsSync(join(import.meta.dirname, '../../packages/server/src'))
const conditions = [...(hasSources ? ['@lorc/source'] : []), ...defaultServerConditions]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name: 'policy', include: ['**/*.test.ts'] },
})
