import { useEffect, useRef } from 'react'

export interface TabLink {
  name: string
  href: string
  /** Beside its name. */
  count?: number
}

/** Links to views of the same thing, in a strip that is scrolled to the one that is shown. */
export function Tabs({ label, links, shown }: { label: string; links: readonly TabLink[]; shown: string }) {
  const strip = useRef<HTMLElement>(null)
  useEffect(() => {
    const current = strip.current?.querySelector<HTMLElement>('[aria-current]')
    if (current && strip.current) strip.current.scrollLeft = current.offsetLeft - (strip.current.clientWidth - current.offsetWidth) / 2
  }, [shown])
  return (
    <nav ref={strip} className="tabs" aria-label={label}>
      {links.map(({ name, href, count = 0 }) => (
        <a key={name} href={href} {...(name === shown && { 'aria-current': 'page' as const })}>
          {name}
          {count > 0 && <span className="count">{count}</span>}
        </a>
      ))}
    </nav>
  )
}
