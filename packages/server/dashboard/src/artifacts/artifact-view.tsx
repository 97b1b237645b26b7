import { lazy, Suspense, useState } from 'react'
import type { RunFile } from '../api/answers.ts'
import { artifactKind, LARGEST_SHOWN } from '../model/artifact-kind.ts'
import { bytes } from '../model/quantity.ts'
import { writtenOver } from '../model/run-files.ts'
import { Boundary } from '../parts/boundary.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Notice } from '../parts/notice.tsx'
import { StepLink } from '../parts/step-link.tsx'
import { changeQuery } from '../hooks/use-route.ts'
import { BlobImage } from './blob-image.tsx'
import { TextArtifact } from './text-artifact.tsx'
import { keepArtifact, useArtifact } from './use-artifact.ts'

const MarkdownView = lazy(() => import('./markdown-view.tsx'))

interface ArtifactViewProps {
  item: RunFile
  /** Files that it may refer to. */
  all: readonly RunFile[]
}

/** A file in place, as what it is. */
export function ArtifactView({ item, all }: ArtifactViewProps) {
  const { name, path, bytes: size, sha256, step } = item
  const [problem, setProblem] = useState<unknown>()
  const over = writtenOver(all, item)
  return (
    <article className="artifact" aria-label={name}>
      <header>
        <h2 title={path}>{name}</h2>
        <span className="grow" />
        {over === undefined && (
          <button type="button" onClick={() => void keepArtifact(item).catch(setProblem)}>
            Download
          </button>
        )}
      </header>
      <p className="dim small">
        {bytes(size)}, written by <StepLink step={step} />, sha256 <code>{sha256.slice(0, 12)}…</code> <CopyButton text={sha256} what="the SHA-256" />
      </p>
      {problem !== undefined && <Notice error={problem} />}
      {over === undefined ? (
        <Content item={item} all={all} />
      ) : (
        <p className="none">
          The step {over.step} wrote another file in its place:{' '}
          <button type="button" className="plain" onClick={() => changeQuery({ file: over.path, by: over.step })}>
            see that one
          </button>
        </p>
      )}
    </article>
  )
}

function Content({ item, all }: ArtifactViewProps) {
  const kind = artifactKind(item.path, item.media_type)
  const small = item.bytes <= LARGEST_SHOWN
  const { data, error, refetch } = useArtifact(item, kind !== 'none' && small)
  if (kind === 'none') return <p className="none">A file of this kind is not shown here. It can be downloaded.</p>
  if (item.bytes === 0) return <p className="none">The file is empty.</p>
  if (!small) return <p className="none">It is larger than {bytes(LARGEST_SHOWN)}: it is not shown here, but can be downloaded.</p>
  if (error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <p className="none">Reading…</p>
  if (kind === 'image') return <BlobImage blob={data} type={imageType(item)} alt={item.path} />
  if (kind !== 'markdown') return <TextArtifact blob={data} kind={kind} />
  return (
    <Boundary key={item.path}>
      <Suspense fallback={<p className="none">Reading…</p>}>
        <MarkdownView blob={data} item={item} all={all} />
      </Suspense>
    </Boundary>
  )
}

function imageType({ path, media_type: type }: RunFile): string {
  if (type.startsWith('image/')) return type
  return path.toLowerCase().endsWith('.svg') ? 'image/svg+xml' : 'image/png'
}
