import { expect } from 'vitest'
import type { EventsOptions } from '../../src/index.ts'
import { openBigQuery } from '../../src/index.ts'
import { ContractServer, type ContractServerOptions } from './contract-server.ts'
import { FaultProxy } from './fault-proxy.ts'
import { REAL, realDataset } from './real-service.ts'

const GOOGLE = 'https://bigquery.googleapis.com'

type Cleanup = (task: () => Promise<void>) => void

/** What a suite runs on. */
export interface Service {
  /** Options of a hub, or of a sink, that lead to it, into a dataset that nobody else has. */
  settings: EventsOptions & { project: string; dataset: string }
  /** Before it: what goes wrong is planned here. */
  proxy: FaultProxy
}

/** The contract server, or with LORC_TEST_BIGQUERY the real service, behind a proxy. `cleanup` takes what ends it. */
export async function openService(cleanup: Cleanup, options: ContractServerOptions = {}): Promise<Service> {
  const place = REAL === undefined ? { project: 'test-project', dataset: 'd' } : await realDataset(cleanup)
  const upstream = REAL === undefined ? await contractServer(cleanup, options) : GOOGLE
  const proxy = new FaultProxy(upstream)
  const endpoint = await proxy.listen()
  cleanup(async () => {
    await proxy.close()
    expect(proxy.faults.done).toBe(true)
  })
  if (REAL === undefined) return { proxy, settings: { ...place, endpoint } }
  // An address that begins with http:// gets no credentials by itself: here they are wanted.
  const client = () => openBigQuery({ project: place.project }, { apiEndpoint: endpoint })
  return { proxy, settings: { ...place, endpoint, client } }
}

async function contractServer(cleanup: Cleanup, options: ContractServerOptions): Promise<string> {
  const server = new ContractServer(options)
  cleanup(async () => {
    await server.close()
    expect(server.contract.violations).toEqual([])
  })
  return server.listen()
}
