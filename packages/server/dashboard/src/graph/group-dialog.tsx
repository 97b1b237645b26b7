import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import type { Overview } from '../api/answers.ts'
import { linesOf } from '../model/plan-graph.ts'
import { counted, duration } from '../model/quantity.ts'
import { tookOf, type StepLine } from '../model/run-picture.ts'
import { Dialog } from '../parts/dialog.tsx'
import { StatusText } from '../parts/status.tsx'
import { StepLink } from '../parts/step-link.tsx'

interface GroupDialogProps {
  node: Overview['nodes'][number]
  /** Of the run; undefined: they are being read. */
  lines: readonly StepLine[] | undefined
  onClose: () => void
}

/** The steps that a group of the graph stands for. */
export function GroupDialog({ node, lines, onClose }: GroupDialogProps) {
  const steps = useMemo(() => (lines === undefined ? [] : linesOf(node.members, lines)), [node, lines])
  const ref = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({ count: steps.length, getScrollElement: () => ref.current, estimateSize: () => 32, overscan: 10 })
  return (
    <Dialog title={counted(node.size, 'step')} onClose={onClose}>
      {lines === undefined && <p className="none">Reading the steps…</p>}
      <div ref={ref} className="scroll" tabIndex={0} role="group" aria-label="Steps of the group" hidden={lines === undefined}>
        <ul className="rows" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start, size }) => {
            const line = steps[index]!
            const took = line.ended === null ? null : tookOf(line, line.ended)
            return (
              <li key={line.name} style={{ height: size, transform: `translateY(${start}px)` }} onClick={onClose}>
                <span className="one grow">
                  <StepLink step={line.name} />
                </span>
                <span className="small">
                  <StatusText status={line.status} />
                </span>
                <span className="num small dim">{took === null ? '' : duration(took)}</span>
              </li>
            )
          })}
        </ul>
      </div>
    </Dialog>
  )
}
