import { FlowProducer, QueueEvents, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { fib } from './fib.mjs'
import { openRedis } from './redis.mjs'
import { versionOf } from './version.mjs'

const QUEUE = 'bench'

/** BullMQ flows on a Redis of our own that syncs its append-only file before it answers. */
export async function open({ scratch }) {
  const redis = await openRedis(scratch)
  const connect = () => new Redis({ host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null })
  const connections = [connect(), connect(), connect()]
  const flows = new FlowProducer({ connection: connections[0] })
  const events = new QueueEvents(QUEUE, { connection: connections[1] })
  const process = async ({ data }) => (data.n === undefined ? null : fib(data.n))
  const worker = new Worker(QUEUE, process, { connection: connections[2], concurrency: 100 })
  await Promise.all([events.waitUntilReady(), worker.waitUntilReady()])
  const finish = async (flow) => (await flows.add(flow)).job.waitUntilFinished(events)
  const step = (data = {}) => ({ name: 'step', queueName: QUEUE, data })
  /** Each job waits for the one inside it. */
  const chain = (length, data) => {
    let flow = step(data)
    for (let i = 1; i < length; i++) flow = { ...step(data), children: [flow] }
    return flow
  }
  return {
    version: versionOf('bullmq'),
    settings: `Redis ${redis.version}, appendonly yes, appendfsync always; 100 jobs at a time`,
    tasks: {
      fanOut: (steps) => finish({ ...step(), children: Array.from({ length: steps }, () => step()) }),
      fib: (times, { n }) => finish(chain(times, { n })),
    },
    async close() {
      await worker.close()
      await events.close()
      await flows.close()
      for (const connection of connections) connection.disconnect()
      await redis.close()
    },
  }
}
