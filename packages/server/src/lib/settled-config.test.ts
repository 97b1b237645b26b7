import { expect, it } from 'vitest'
import { readServiceConfig } from './config.ts'
import { DEFAULT_CONFIG, settledConfig } from './settled-config.ts'

it('knows the defaults that the schemas give', async () => {
  expect(DEFAULT_CONFIG).toEqual(readServiceConfig({}))
  for (const nothing of [undefined, {}, { server: {} }, { server: {}, modules: {} }, { server: undefined }]) {
    expect(await settledConfig(nothing)).toBe(DEFAULT_CONFIG)
  }
})

it('checks whatever is said', async () => {
  expect((await settledConfig({ server: { port: 1 } })).server.port).toBe(1)
  expect((await settledConfig({ modules: { m: { url: 'http://a' } } })).modules['m']).toMatchObject({ url: 'http://a' })
  for (const wrong of [[], 'x', { sever: {} }, { server: null }, { server: [] }, { modules: { m: {} } }]) {
    await expect(settledConfig(wrong)).rejects.toMatchObject({ code: 'SERVER_CONFIG' })
  }
})
