import { parentPort } from 'node:worker_threads'
import { folderReply, type FolderJob } from './folder-job.ts'

parentPort!.on('message', (jobs: readonly FolderJob[]) => {
  void folderReply(jobs).then((reply) => parentPort!.postMessage(reply))
})
