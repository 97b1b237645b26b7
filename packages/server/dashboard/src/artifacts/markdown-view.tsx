import type { ReactNode } from 'react'
import Markdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import type { RunFile } from '../api/answers.ts'
import { besideOf } from '../model/beside.ts'
import { changeQuery } from '../hooks/use-route.ts'
import { BlobImage } from './blob-image.tsx'
import { useArtifact } from './use-artifact.ts'
import { useBlobText } from './use-blob-text.ts'

interface MarkdownViewProps {
  blob: Blob
  item: RunFile
  all: readonly RunFile[]
}

/** Markdown, of which markup within it stays text. Pictures and links may lead to other files of the run, links elsewhere too. */
export default function MarkdownView({ blob, item, all }: MarkdownViewProps) {
  const text = useBlobText(blob)
  if (text === undefined) return <p className="none">Reading…</p>
  const find = (address: string | undefined): RunFile | undefined => {
    const path = besideOf(item.path, address)
    return all.find((other) => other.path === path)
  }
  const components: Components = {
    img: ({ src, alt }) => <Picture item={find(typeof src === 'string' ? src : undefined)} alt={alt ?? ''} />,
    a: ({ href, children }) => (
      <Link href={href} item={find(href)}>
        {children}
      </Link>
    ),
    // Headings of the page lie above those of the file.
    h1: 'h3',
    h2: 'h4',
    h3: 'h5',
    table: ({ children }) => (
      <div className="wide" tabIndex={0} role="group" aria-label="Table">
        <table>{children}</table>
      </div>
    ),
  }
  return (
    <div className="markdown">
      <Markdown remarkPlugins={[remarkGfm]} components={components}>
        {text}
      </Markdown>
    </div>
  )
}

function Picture({ item, alt }: { item: RunFile | undefined; alt: string }) {
  return item === undefined ? <span className="dim">[{alt === '' ? 'a picture' : alt}: it is not a file of this run]</span> : <OwnPicture item={item} alt={alt} />
}

function OwnPicture({ item, alt }: { item: RunFile; alt: string }) {
  const { data } = useArtifact(item)
  return data === undefined ? null : <BlobImage blob={data} type={item.media_type.startsWith('image/') ? item.media_type : 'image/png'} alt={alt} />
}

function Link({ href, item, children }: { href: string | undefined; item: RunFile | undefined; children: ReactNode }) {
  if (item !== undefined) {
    return (
      <button type="button" className="plain" onClick={() => changeQuery({ file: item.path, by: item.step })}>
        {children}
      </button>
    )
  }
  if (href === undefined || !/^https?:/i.test(href)) return <span>{children}</span>
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}
