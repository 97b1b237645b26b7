import { useState } from 'react'
import { session } from '../api/session.ts'
import { Dialog } from '../parts/dialog.tsx'

/** Asks for the API key that the service wants. */
export function KeyDialog() {
  const [key, setKey] = useState('')
  const had = session.key() !== null
  return (
    <Dialog title="API key" onClose={() => session.dismiss()}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (key.trim() !== '') session.enter(key.trim())
        }}
      >
        <p>{had ? 'The service does not take this key.' : 'This service asks for a key.'} It stays in this tab, until the tab is closed.</p>
        <label className="field">
          <span>Key</span>
          <input type="password" value={key} autoComplete="off" data-first="" required onChange={(event) => setKey(event.target.value)} />
        </label>
        <p className="dim small">
          <code>lorc keys add NAME</code> makes one.
        </p>
        <footer>
          <button type="submit" className="main">
            Use it
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
