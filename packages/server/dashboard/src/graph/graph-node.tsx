import { memo } from 'react'
import type { StepStatus } from '../api/answers.ts'
import type { RunNode } from '../model/plan-graph.ts'
import { duration, number } from '../model/quantity.ts'
import { MARKS, STATUSES } from '../parts/status.tsx'

interface GraphNodeBoxProps {
  node: RunNode
  left: number
  top: number
  width: number
  height: number
  selected: boolean
  onPath: boolean
  /** It is next to what is selected. */
  near: boolean
  tabbable: boolean
  onOpen: (id: number) => void
}

/** A step, a group of steps, or what joins them. It is drawn anew only where one of these differs. */
export const GraphNodeBox = memo(function GraphNodeBox({ node, left, top, width, height, selected, onPath, near, tabbable, onOpen }: GraphNodeBoxProps) {
  const { id, kind, label, status, forEach } = node
  const place = { left, top, width, height }
  if (kind === 'join') {
    return (
      <span className={label === '' ? 'join dot' : 'join'} style={place}>
        {label}
      </span>
    )
  }
  const many = kind === 'group' || forEach
  const classes = ['node', status ?? 'mixed', ...(selected ? ['selected'] : []), ...(onPath ? ['on-path'] : []), ...(near ? ['near'] : []), ...(many ? ['many'] : [])]
  return (
    <button type="button" className={classes.join(' ')} style={place} tabIndex={tabbable ? 0 : -1} data-node={id} aria-pressed={selected} title={label} onClick={() => onOpen(id)}>
      <span className="title one">
        {status !== null && <span aria-hidden="true">{MARKS[status]} </span>}
        {label}
      </span>
      <span className="detail one">
        <span className="unseen">{status ?? 'several statuses'}, </span>
        {detailOf(node)}
        {onPath && <span className="unseen">, on the critical path</span>}
      </span>
    </button>
  )
})

function detailOf({ kind, size, items, counts, type, tookMs, status, conditional, note }: RunNode): string {
  if (kind === 'group') return status === null || counts === null ? `${number(size)} steps: ${tally(counts ?? {})}` : `${number(size)} steps, ${status}`
  if (items !== null) return itemsOf(items, counts ?? {})
  if (note === 'tries again') return note
  const took = note ?? (tookMs === null ? '' : duration(tookMs))
  return [type ?? '', conditional ? 'if' : '', took].filter((word) => word !== '').join(' · ')
}

/** How many there are is what can be left out where there is no room: the tally has them all. */
const ROOM = 18

function itemsOf(items: number, counts: Readonly<Partial<Record<StepStatus, number>>>): string {
  const told = tally(counts)
  const whole = `${number(items)} items${told === '' ? '' : `: ${told}`}`
  return whole.length > ROOM && told !== '' ? told : whole
}

function tally(counts: Readonly<Partial<Record<StepStatus, number>>>): string {
  return STATUSES.flatMap((status) => (counts[status] === undefined ? [] : [`${number(counts[status])} ${MARKS[status]}`])).join(' ')
}
