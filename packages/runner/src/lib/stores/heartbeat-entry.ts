import { workerData } from 'node:worker_threads'
import { beatUntilStopped } from './heartbeat-loop.ts'
import type { HeartbeatData } from './heartbeat.ts'

beatUntilStopped(workerData as HeartbeatData)
