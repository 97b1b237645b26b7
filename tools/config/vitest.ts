import { defaultServerConditions } from 'vite'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const conditions = ['@lorc/source', ...defaultServerConditions]

/** One package's tests: beside the source, and in `test/` where they span files or processes. They run from source. */
export const project = (name: string): ViteUserConfig =>
  defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      environment: 'node',
      testTimeout: 20_000,
      hookTimeout: 20_000,
      unstubEnvs: true,
      restoreMocks: true,
    },
  })
