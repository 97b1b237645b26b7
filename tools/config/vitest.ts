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
      // What never comes ends a test; how long it takes on a busy machine decides none.
      testTimeout: 180_000,
      hookTimeout: 180_000,
      expect: { poll: { timeout: 120_000, interval: 20 } },
      unstubEnvs: true,
      restoreMocks: true,
    },
  })
