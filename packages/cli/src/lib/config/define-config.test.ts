import { expect, expectTypeOf, it } from 'vitest'
import { defineConfig, type LorcConfig } from '../../index.ts'

it('hands the settings on, and knows what may stand there', () => {
  const config = { durability: 'process', concurrency: 4 } satisfies LorcConfig
  expect(defineConfig(config)).toBe(config)
  expectTypeOf(defineConfig).parameter(0).toEqualTypeOf<LorcConfig>()
  // @ts-expect-error There is no such setting.
  defineConfig({ concurency: 4 })
})
