import { Component, type ReactNode } from 'react'

interface BoundaryProps {
  children: ReactNode
}

/** What cannot be shown says so in its own place, and leaves the rest: its files may be those of a version that is gone. */
export class Boundary extends Component<BoundaryProps, { error?: Error }> {
  override state: { error?: Error } = {}

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <div className="trouble" role="alert">
        <p>This cannot be shown: {error.message}</p>
        <p>The service may have been brought up to date since the page was opened, or did not answer.</p>
        <div className="tools">
          <button type="button" onClick={() => location.reload()}>
            Load the page again
          </button>
        </div>
      </div>
    )
  }
}
