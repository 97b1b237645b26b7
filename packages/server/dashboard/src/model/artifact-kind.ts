/** How a file is shown in place. */
export type ArtifactKind = 'image' | 'markdown' | 'json' | 'lines' | 'table' | 'text' | 'none'

const KINDS: Readonly<Record<string, ArtifactKind>> = {
  png: 'image', jpg: 'image', jpeg: 'image', gif: 'image', webp: 'image', avif: 'image', svg: 'image',
  md: 'markdown', markdown: 'markdown',
  json: 'json', geojson: 'json', jsonl: 'lines', ndjson: 'lines',
  csv: 'table', tsv: 'table',
  txt: 'text', log: 'text', yaml: 'text', yml: 'text', toml: 'text', ini: 'text', xml: 'text', html: 'text', htm: 'text', css: 'text', js: 'text',
  mjs: 'text', ts: 'text', py: 'text', sh: 'text', sql: 'text', r: 'text', tex: 'text', rst: 'text', conf: 'text', diff: 'text', patch: 'text',
}

/** Larger files are not shown, but can be kept. */
export const LARGEST_SHOWN = 8 * 1024 * 1024

/** By what its name ends in, else by its media type. */
export function artifactKind(path: string, mediaType: string): ArtifactKind {
  const ending = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const known = KINDS[ending]
  if (known !== undefined) return known
  if (mediaType.startsWith('image/')) return 'image'
  if (/[/+]json\b/.test(mediaType)) return 'json'
  return mediaType.startsWith('text/') ? 'text' : 'none'
}
