import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['packages/*/vitest.config.ts', 'examples/*/vitest.config.ts', 'bench*/vitest.config.ts'],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts', 'packages/server/dashboard/src/model/*.ts'],
      // Entries run in processes and threads of their own, which the collector does not see: they hold wiring only.
      exclude: ['**/*.test.ts', '**/*-entry.ts', '**/*.testsuite.ts', '**/*.fixture.ts'],
      reportOnFailure: true,
      reporter: ['text-summary', 'json-summary', 'json'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
})
