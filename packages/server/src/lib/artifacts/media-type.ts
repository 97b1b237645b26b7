import { extname } from 'node:path'

/** What a browser may show in place: none of these runs scripts under the policy that artifacts are sent with. */
const SHOWN: Readonly<Record<string, string>> = {
  '.txt': 'text/plain; charset=utf-8',
  '.log': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.tsv': 'text/tab-separated-values; charset=utf-8',
  '.json': 'application/json',
  '.jsonl': 'application/x-ndjson',
  '.ndjson': 'application/x-ndjson',
  '.yaml': 'text/plain; charset=utf-8',
  '.yml': 'text/plain; charset=utf-8',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.svg': 'image/svg+xml',
  '.pdf': 'application/pdf',
}

/** How an artifact is sent: as what its name says, where a browser can show that without harm; else as bytes to keep. */
export function mediaTypeOf(path: string): { type: string; shown: boolean } {
  const known = SHOWN[extname(path).toLowerCase()]
  return known === undefined ? { type: 'application/octet-stream', shown: false } : { type: known, shown: true }
}
