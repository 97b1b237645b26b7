import { expect, it } from 'vitest'
import { readServiceConfig } from './config.ts'
import { DEFAULT_CONFIG, settledConfig } from './settled-config.ts'

it('knows the defaults that the schemas give', async () => {
  expect(DEFAULT_CONFIG).toEqual(readServiceConfig({}))
  for (const nothing of [undefined, {}, { server: {} }, { server: {}, modules: {} }, { server: undefined }]) {
    expect(await settledConfig(nothing)).toBe(DEFAULT_CONFIG)
  }
})

it('takes null for nothing, too', async () => {
  expect(await settledConfig(null)).toEqual(DEFAULT_CONFIG)
})

it('says where something is wrong, what it is and what mends it', async () => {
  const refusal = { code: 'SERVER_CONFIG', message: 'The configuration of the service does not fit at `sever`: there is no setting `sever` here.', fix: 'Leave it out.' }
  await expect(settledConfig({ sever: {} })).rejects.toMatchObject(refusal)
  await expect(settledConfig('x')).rejects.toMatchObject({ message: 'The configuration of the service does not fit: it must be an object.', fix: undefined })
})

it('checks whatever is said', async () => {
  expect((await settledConfig({ server: { port: 1 } })).server.port).toBe(1)
  expect((await settledConfig({ modules: { m: { url: 'http://a' } } })).modules['m']).toMatchObject({ url: 'http://a' })
  for (const wrong of [[], 'x', { sever: {} }, { server: null }, { server: [] }, { modules: { m: {} } }]) {
    await expect(settledConfig(wrong)).rejects.toMatchObject({ code: 'SERVER_CONFIG' })
  }
})
