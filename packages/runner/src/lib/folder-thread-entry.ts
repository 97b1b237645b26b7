import { parentPort } from 'node:worker_threads'
import type { FolderAnswer, NumberedOrder } from './folder-thread.ts'
import { writeRunFolder } from './run-folder.ts'

let last = Promise.resolve()

parentPort!.on('message', (order: NumberedOrder) => {
  last = last.then(() => write(order))
})

async function write({ id, places, folder, lines, plan }: NumberedOrder): Promise<void> {
  const source = { plan: () => Promise.resolve(plan), read: () => [lines] }
  const isWritten = await writeRunFolder(source, places, folder).then(() => true, () => false)
  parentPort!.postMessage({ id, isWritten } satisfies FolderAnswer)
}
