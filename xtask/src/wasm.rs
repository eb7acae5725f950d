//! The little that has to be known of the binary format: a header, then sections of an id, a length and a body.

use anyhow::{Context as _, Result};

const HEADER_BYTES: usize = 8;
const CUSTOM_SECTION: u8 = 0;

/// The same program without its custom sections (names, debug information, notes of the linker).
pub fn without_custom_sections(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut kept = wasm.get(..HEADER_BYTES).context("shorter than the header of a WebAssembly file")?.to_vec();
    let mut at = HEADER_BYTES;
    while at < wasm.len() {
        let (length, body) = unsigned(wasm, at + 1)?;
        let end = body + length;
        let section = wasm.get(at..end).context("a section ends behind the end of the file")?;
        if wasm[at] != CUSTOM_SECTION {
            kept.extend_from_slice(section);
        }
        at = end;
    }
    Ok(kept)
}

/// A LEB128 number of up to 32 bits at `at`, and where what follows it begins.
fn unsigned(wasm: &[u8], mut at: usize) -> Result<(usize, usize)> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let byte = *wasm.get(at).context("a number ends behind the end of the file")?;
        at += 1;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok((value, at));
        }
    }
    anyhow::bail!("a length of more than 32 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: [u8; HEADER_BYTES] = *b"\0asm\x01\0\0\0";

    #[test]
    fn only_custom_sections_go() -> Result<()> {
        // a custom section of 130 bytes, whose length takes two; a code section of 2
        let custom = [&[0, 0x82, 0x01][..], &[7; 130]].concat();
        let wasm = [&HEADER[..], &custom, &[10, 2, 1, 1], &custom].concat();
        assert_eq!(without_custom_sections(&wasm)?, [&HEADER[..], &[10, 2, 1, 1]].concat());
        Ok(())
    }

    #[test]
    fn a_file_cut_short_is_refused() {
        assert!(without_custom_sections(&HEADER[..4]).is_err());
        assert!(without_custom_sections(&[&HEADER[..], &[10, 9, 1]].concat()).is_err());
        assert!(without_custom_sections(&[&HEADER[..], &[10, 0x80]].concat()).is_err());
    }
}
