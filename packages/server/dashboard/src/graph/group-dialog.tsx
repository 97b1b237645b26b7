import type { PlanGraph } from '@lorc/runner/insight'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { counted, duration } from '../model/quantity.ts'
import { Dialog } from '../parts/dialog.tsx'
import { StatusText } from '../parts/status.tsx'
import { StepLink } from '../run/step-link.tsx'

/** The steps that a group of the graph stands for. */
export function GroupDialog({ ids, whole, onClose }: { ids: readonly number[]; whole: PlanGraph; onClose: () => void }) {
  const steps = ids.filter((id) => whole.nodes[id]!.kind === 'step')
  const ref = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({ count: steps.length, getScrollElement: () => ref.current, estimateSize: () => 32, overscan: 10 })
  return (
    <Dialog title={counted(steps.length, 'step')} onClose={onClose}>
      <div ref={ref} className="scroll" tabIndex={0} role="group" aria-label="Steps of the group">
        <ul className="rows" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, size }) => {
            const node = whole.nodes[steps[index]!]!
            return (
              <li key={node.id} style={{ height: size, transform: `translateY(${start}px)` }} onClick={onClose}>
                <span className="one grow">
                  <StepLink step={node.label} />
                </span>
                <span className="small">{node.status !== null && <StatusText status={node.status} />}</span>
                <span className="num small dim">{node.tookMs === null ? '' : duration(node.tookMs)}</span>
              </li>
            )
          })}
        </ul>
      </div>
    </Dialog>
  )
}
