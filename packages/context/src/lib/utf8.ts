/** Bytes of a text in UTF-8; undefined for one that UTF-8 cannot hold: a surrogate without its other half. */
export function utf8Length(text: string): number | undefined {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    if (unit < 0x800) {
      bytes += 1
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes += 2
    } else {
      const next = text.charCodeAt(index + 1)
      if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return undefined
      bytes += 2
      index++
    }
  }
  return bytes
}
