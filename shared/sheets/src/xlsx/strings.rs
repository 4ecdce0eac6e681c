//! The texts of a workbook, which its cells refer to by number.
//!
//! All unlike texts of a workbook stand in one part, before the first row can be read: a million phones and names, for
//! 500,000 rows. In memory they would take more than everything else together. So they are written into a temporary file once,
//! in blocks, and read back block by block; those that were used last are kept. Programs number texts in the order of the
//! cells, so nearly every block is read once.

use super::{
    part::PartReader,
    xml::{Xml, push_entity, unescape},
};
use crate::{error::SheetError, limits::Limits};
use quick_xml::events::Event;
use std::{
    collections::HashMap,
    fs::File,
    io::{BufWriter, Read, Write},
    os::unix::fs::FileExt,
};

/// A block ends with this many texts, or bytes.
const BLOCK_TEXTS: u32 = 64;
const BLOCK_BYTES: u64 = 8 << 10;
/// How many blocks are kept.
const KEPT: usize = 256;
/// The most texts that are blank or too long; programs write every text once.
const MOST_ODD: usize = 1000;

/// A text that is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Odd {
    Blank,
    TooLong,
}

/// The texts.
#[derive(Debug, Default)]
pub(super) struct Strings {
    file: Option<File>,
    count: u32,
    size: u64,
    /// The number of the first text of each block, and where the block begins.
    blocks: Vec<(u32, u64)>,
    odd: Vec<(u32, Odd)>,
    kept: Vec<Block>,
    /// Where in `kept` a block is.
    places: HashMap<usize, usize>,
    clock: u64,
}

#[derive(Debug)]
struct Block {
    number: usize,
    used: u64,
    text: String,
    /// Where each text ends.
    ends: Vec<usize>,
}

fn unwritten(error: std::io::Error) -> SheetError {
    SheetError::Unreadable(error.kind())
}

impl Strings {
    /// Reads the part of the texts.
    pub(super) fn read<R: Read>(part: PartReader<R>, limits: &Limits) -> Result<Strings, SheetError> {
        let mut xml = Xml::new(part);
        let mut strings = Strings::default();
        let mut out = BufWriter::new(tempfile::tempfile().map_err(unwritten)?);
        let (mut text, mut within, mut spoken) = (String::new(), false, 0_u32);
        loop {
            match xml.next()? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "si" => text.clear(),
                    "t" => within = spoken == 0,
                    // How Japanese is read aloud.
                    "rPh" => spoken += 1,
                    _ => {}
                },
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => {
                    strings.add("", limits, &mut out)?;
                }
                Event::End(tag) => match tag.local_name().as_ref() {
                    "si" => {
                        unescape(&mut text);
                        strings.add(&text, limits, &mut out)?;
                    }
                    "t" => within = false,
                    "rPh" => spoken = spoken.saturating_sub(1),
                    _ => {}
                },
                Event::Text(part) if within => text.push_str(&part),
                Event::CData(part) if within => text.push_str(&part),
                Event::GeneralRef(entity) if within => push_entity(&entity, &mut text)?,
                Event::Eof => break,
                _ => {}
            }
            // A text of many parts is as long as one of one.
            if text.len() > 8 * limits.cell_chars {
                return Err(SheetError::Broken("too long"));
            }
        }
        strings.file = Some(out.into_inner().map_err(|error| unwritten(error.into_error()))?);
        Ok(strings)
    }

    fn add(&mut self, text: &str, limits: &Limits, out: &mut impl Write) -> Result<(), SheetError> {
        let begun = self
            .blocks
            .last()
            .is_some_and(|(first, start)| self.count - first < BLOCK_TEXTS && self.size - start < BLOCK_BYTES);
        if !begun {
            self.blocks.push((self.count, self.size));
        }
        let odd = if text.trim().is_empty() {
            Some(Odd::Blank)
        } else if text.len() > limits.cell_chars && text.chars().count() > limits.cell_chars {
            Some(Odd::TooLong)
        } else {
            None
        };
        if let Some(odd) = odd {
            self.odd.push((self.count, odd));
        }
        if self.odd.len() > MOST_ODD {
            return Err(SheetError::Broken("texts"));
        }
        let text = if odd.is_some() { "" } else { text };
        let length = u32::try_from(text.len()).map_err(|_| SheetError::Broken("texts"))?;
        out.write_all(&length.to_le_bytes()).and_then(|()| out.write_all(text.as_bytes())).map_err(unwritten)?;
        self.size += 4 + u64::from(length);
        self.count = self.count.checked_add(1).ok_or(SheetError::Broken("texts"))?;
        Ok(())
    }

    /// What is odd about a text.
    ///
    /// # Errors
    /// When there is no such text.
    pub(super) fn odd(&self, number: u32) -> Result<Option<Odd>, SheetError> {
        if number >= self.count {
            return Err(SheetError::Broken("texts"));
        }
        Ok(self.odd.binary_search_by_key(&number, |(number, _)| *number).ok().map(|place| self.odd[place].1))
    }

    /// A text.
    ///
    /// # Errors
    /// When there is no such text, or it can not be read back.
    pub(super) fn get(&mut self, number: u32) -> Result<&str, SheetError> {
        let block = self.blocks.partition_point(|(first, _)| *first <= number).checked_sub(1);
        let block = block.ok_or(SheetError::Broken("texts"))?;
        self.clock += 1;
        let place = match self.places.get(&block) {
            Some(place) => *place,
            None => self.load(block)?,
        };
        let index = (number - self.blocks[block].0) as usize;
        let kept = &mut self.kept[place];
        kept.used = self.clock;
        let end = *kept.ends.get(index).ok_or(SheetError::Broken("texts"))?;
        let start = if index == 0 { 0 } else { kept.ends[index - 1] };
        Ok(&kept.text[start..end])
    }

    /// Reads a block, in the place of the one that was not used for the longest time.
    fn load(&mut self, number: usize) -> Result<usize, SheetError> {
        let file = self.file.as_ref().ok_or(SheetError::Broken("texts"))?;
        let (start, end) = (self.blocks[number].1, self.blocks.get(number + 1).map_or(self.size, |(_, start)| *start));
        let mut bytes = vec![0; usize::try_from(end - start).map_err(|_| SheetError::Broken("texts"))?];
        file.read_exact_at(&mut bytes, start).map_err(unwritten)?;
        let (mut text, mut ends) = (String::with_capacity(bytes.len()), Vec::with_capacity(BLOCK_TEXTS as usize));
        let mut rest = bytes.as_slice();
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let (one, left) = after.split_at(u32::from_le_bytes(*length) as usize);
            text.push_str(std::str::from_utf8(one).map_err(|_| SheetError::Broken("texts"))?);
            ends.push(text.len());
            rest = left;
        }
        let block = Block { number, used: self.clock, text, ends };
        let place = if self.kept.len() < KEPT {
            self.kept.push(block);
            self.kept.len() - 1
        } else {
            let oldest = self.kept.iter().enumerate().min_by_key(|(_, block)| block.used);
            let place = oldest.map_or(0, |(place, _)| place);
            self.places.remove(&self.kept[place].number);
            self.kept[place] = block;
            place
        };
        self.places.insert(number, place);
        Ok(place)
    }
}
