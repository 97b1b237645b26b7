import { useEffect, useState } from 'react'

/** A picture from memory. A picture cannot run a script, an SVG neither. */
export function BlobImage({ blob, type, alt }: { blob: Blob; type: string; alt: string }) {
  const [address, setAddress] = useState<string>()
  const [broken, setBroken] = useState(false)
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([blob], { type }))
    // The address is an effect's: it has to be given back.
    const frame = requestAnimationFrame(() => setAddress(made))
    return () => {
      cancelAnimationFrame(frame)
      URL.revokeObjectURL(made)
    }
  }, [blob, type])
  if (broken) return <p className="dim">It cannot be shown as a picture.</p>
  return address === undefined ? null : <img src={address} alt={alt} onError={() => setBroken(true)} />
}
