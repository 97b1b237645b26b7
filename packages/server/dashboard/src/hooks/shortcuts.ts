import { useEffect } from 'react'
import { focusFirstRow } from './use-row-keys.ts'

/** What a key does, by its name as `KeyboardEvent.key` has it. */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>

/** Hears keys wherever the focus is, but for fields that are typed into and windows above the page. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (event.key === 'ArrowDown' && event.target instanceof HTMLInputElement && event.target.type === 'search') {
        event.preventDefault()
        focusFirstRow()
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return
      if (document.querySelector('dialog[open]') !== null) return
      const act = shortcuts[event.key]
      if (!act) return
      event.preventDefault()
      act(event)
    }
    addEventListener('keydown', hear)
    return () => removeEventListener('keydown', hear)
  })
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}

/** Puts the focus into the page's search field. */
export function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]')
  field?.focus()
  field?.select()
}
