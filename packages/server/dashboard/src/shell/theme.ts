import { useSyncExternalStore } from 'react'

const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'lorc-theme'
const listeners = new Set<() => void>()
let theme: Theme = THEMES.find((name) => name === localStorage.getItem(KEY)) ?? 'system'

function show(): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}
show()

/** The system's colours, or light or dark ones: kept in this browser. */
export function useTheme(): [theme: Theme, next: () => void] {
  const known = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => theme,
  )
  const next = (): void => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!
    localStorage.setItem(KEY, theme)
    show()
    for (const listener of listeners) listener()
  }
  return [known, next]
}
