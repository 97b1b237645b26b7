import type { Entry } from '../harness/workload.ts'

type Peer = (limits?: Pick<Entry, 'upTo' | 'share'>) => Entry

export const openworkflow: Peer = (limits) => ({ name: 'openworkflow', module: 'peers/openworkflow.mjs', ...limits })
export const dbos: Peer = (limits) => ({ name: 'DBOS', module: 'peers/dbos.mjs', ...limits })
export const restate: Peer = (limits) => ({ name: 'Restate', module: 'peers/restate.mjs', ...limits })
export const bullmq: Peer = (limits) => ({ name: 'BullMQ', module: 'peers/bullmq.mjs', ...limits })
