//! The bytes that a chain of transformers works on.
//!
//! * **One vector.** The content is the vector from `start` on; what lies before is headroom, so
//!   that a transformer puts its prefix in front without moving the content. A chain whose sizes
//!   are known beforehand allocates once.
//! * **No panic on bytes.** Trimming more than there is is an answer ([`TooShort`]): the bytes
//!   came from a client.
//! * **Not wiped.** It may hold a session's plaintext, and does not promise to overwrite it: a
//!   vector that grows leaves a copy behind in its old allocation, and the value that was encoded,
//!   the server's header buffers and the client's own copy lie in memory as well. A promise for
//!   one copy of five would only look like safety.

use std::error::Error;
use std::fmt;

/// One vector of bytes with room in front, on which transformers work in place.
///
/// # Security
///
/// It may hold plaintext of a session: `Debug` shows only the length. Bytes that were trimmed from
/// the front stay in memory as headroom until they are overwritten; none is wiped when the buffer
/// is dropped.
///
/// # Examples
///
/// ```
/// use cloakroom_core::Buffer;
///
/// let mut buffer = Buffer::with_headroom(2, 16);
/// buffer.append(b"content");
/// buffer.prepend(b"v1");
/// buffer.append(b"tag");
/// assert_eq!(buffer.as_slice(), b"v1contenttag");
///
/// buffer.trim_front(2)?;
/// buffer.trim_back(3)?;
/// assert_eq!(buffer.as_slice(), b"content");
/// assert_eq!(format!("{buffer:?}"), "Buffer { len: 7, .. }");
/// # Ok::<(), cloakroom_core::TooShort>(())
/// ```
#[derive(Clone, Default)]
pub struct Buffer {
    /// Headroom, then content.
    bytes: Vec<u8>,
    /// Where the content begins; never behind the end.
    start: usize,
}

impl Buffer {
    /// An empty buffer with `head` bytes of room in front and `capacity` bytes behind.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let buffer = Buffer::with_headroom(33, 256);
    /// assert!(buffer.is_empty());
    /// assert_eq!(buffer.headroom(), 33);
    /// ```
    #[must_use]
    pub fn with_headroom(head: usize, capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(head.saturating_add(capacity));
        bytes.resize(head, 0);
        Self { bytes, start: head }
    }

    /// A buffer that holds `bytes`, without headroom. Copies nothing.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// assert_eq!(Buffer::from_vec(b"token".to_vec()).as_slice(), b"token");
    /// ```
    #[must_use]
    pub const fn from_vec(bytes: Vec<u8>) -> Self {
        Self { bytes, start: 0 }
    }

    /// The content.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// assert_eq!(Buffer::with_headroom(8, 8).as_slice(), b"");
    /// ```
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// The content, to be changed in place.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let mut buffer = Buffer::from_vec(b"abc".to_vec());
    /// buffer.as_mut_slice().reverse();
    /// assert_eq!(buffer.as_slice(), b"cba");
    /// ```
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.start..).unwrap_or_default()
    }

    /// How many bytes the content has.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// assert_eq!(Buffer::from_vec(vec![0; 5]).len(), 5);
    /// ```
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len().saturating_sub(self.start)
    }

    /// Whether there is no content.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// assert!(Buffer::default().is_empty());
    /// ```
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many bytes can be put in front without moving the content.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let mut buffer = Buffer::with_headroom(4, 0);
    /// buffer.prepend(b"v1");
    /// assert_eq!(buffer.headroom(), 2);
    /// ```
    #[must_use]
    pub const fn headroom(&self) -> usize {
        self.start
    }

    /// Puts `prefix` in front of the content.
    ///
    /// Without enough headroom the content is moved once, and as much headroom is made as the
    /// buffer is long, so that many small prefixes cost no more than one pass over the bytes each
    /// time the length doubles.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let mut buffer = Buffer::from_vec(b"content".to_vec());
    /// buffer.prepend(b"no room: ");
    /// assert_eq!(buffer.as_slice(), b"no room: content");
    /// ```
    pub fn prepend(&mut self, prefix: &[u8]) {
        self.prepend_room(prefix.len()).copy_from_slice(prefix);
    }

    /// Makes the content `len` bytes longer at its front, and gives them to be written.
    pub(crate) fn prepend_room(&mut self, len: usize) -> &mut [u8] {
        if len > self.start {
            let more = (len - self.start).max(self.bytes.len());
            self.bytes.splice(..0, std::iter::repeat_n(0, more));
            self.start += more;
        }
        let end = self.start;
        self.start -= len;
        self.bytes.get_mut(self.start..end).unwrap_or_default()
    }

    /// Puts `suffix` behind the content.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let mut buffer = Buffer::default();
    /// buffer.append(b"a");
    /// buffer.append(b"b");
    /// assert_eq!(buffer.as_slice(), b"ab");
    /// ```
    pub fn append(&mut self, suffix: &[u8]) {
        self.bytes.extend_from_slice(suffix);
    }

    /// Lends the vector to what appends to vectors, such as a codec, and gives its answer.
    ///
    /// The vector holds the headroom and the content already: `write` only appends. One that cuts
    /// the vector shorter takes from the end of the content, then from the headroom.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let mut buffer = Buffer::with_headroom(4, 4);
    /// let written = buffer.append_with(|out| {
    ///     out.extend_from_slice(b"[1]");
    ///     3
    /// });
    /// assert_eq!(written, 3);
    /// assert_eq!(buffer.as_slice(), b"[1]");
    /// ```
    pub fn append_with<T>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        // Taken out, so that a writer that panics leaves an empty buffer and not half a content.
        let mut taken = std::mem::take(self);
        let answer = write(&mut taken.bytes);
        taken.start = taken.start.min(taken.bytes.len());
        *self = taken;
        answer
    }

    /// Takes `count` bytes from the front; they become headroom.
    ///
    /// # Errors
    ///
    /// [`TooShort`] if there are fewer; the buffer is as it was.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let mut buffer = Buffer::from_vec(b"v1content".to_vec());
    /// buffer.trim_front(2).unwrap();
    /// assert_eq!(buffer.as_slice(), b"content");
    /// buffer.trim_front(8).unwrap_err();
    /// assert_eq!(buffer.as_slice(), b"content");
    /// ```
    pub const fn trim_front(&mut self, count: usize) -> Result<(), TooShort> {
        if count > self.len() {
            return Err(TooShort { len: self.len() });
        }
        self.start += count;
        Ok(())
    }

    /// Takes `count` bytes from the back.
    ///
    /// # Errors
    ///
    /// [`TooShort`] if there are fewer; the buffer is as it was.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let mut buffer = Buffer::from_vec(b"contenttag".to_vec());
    /// buffer.trim_back(3).unwrap();
    /// assert_eq!(buffer.as_slice(), b"content");
    /// buffer.trim_back(8).unwrap_err();
    /// assert_eq!(buffer.as_slice(), b"content");
    /// ```
    pub fn trim_back(&mut self, count: usize) -> Result<(), TooShort> {
        if count > self.len() {
            return Err(TooShort { len: self.len() });
        }
        self.bytes.truncate(self.bytes.len() - count);
        Ok(())
    }

    /// Takes all content; headroom and capacity stay.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let mut buffer = Buffer::with_headroom(2, 2);
    /// buffer.append(b"old");
    /// buffer.clear();
    /// assert!(buffer.is_empty());
    /// assert_eq!(buffer.headroom(), 2);
    /// ```
    pub fn clear(&mut self) {
        self.bytes.truncate(self.start);
    }

    /// Puts `bytes` in place of the content, without headroom. Copies nothing.
    ///
    /// For what cannot work in place, such as decompression.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let mut buffer = Buffer::with_headroom(2, 2);
    /// buffer.replace(b"new".to_vec());
    /// assert_eq!(buffer.as_slice(), b"new");
    /// ```
    pub fn replace(&mut self, bytes: Vec<u8>) {
        *self = Self::from_vec(bytes);
    }

    /// Makes room for `more` bytes behind the content.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let mut buffer = Buffer::default();
    /// buffer.reserve(64);
    /// assert!(buffer.into_vec().capacity() >= 64);
    /// ```
    pub fn reserve(&mut self, more: usize) {
        self.bytes.reserve(more);
    }

    /// The content as a vector. Headroom, if any is left, costs one move of the content.
    ///
    /// ```
    /// # use cloakroom_core::Buffer;
    /// let mut buffer = Buffer::with_headroom(8, 8);
    /// buffer.append(b"content");
    /// assert_eq!(buffer.into_vec(), b"content");
    /// ```
    #[must_use]
    pub fn into_vec(mut self) -> Vec<u8> {
        self.bytes.drain(..self.start);
        self.bytes
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// A [`Buffer`] has fewer bytes than were to be trimmed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TooShort {
    /// How many bytes the buffer has.
    pub len: usize,
}

impl fmt::Display for TooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a buffer of {} bytes is too short", self.len)
    }
}

impl Error for TooShort {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Prepend(Vec<u8>),
        Append(Vec<u8>),
        TrimFront(usize),
        TrimBack(usize),
        Clear,
        Replace(Vec<u8>),
        Reserve(usize),
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), 0..40)
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            bytes().prop_map(Step::Prepend),
            bytes().prop_map(Step::Append),
            (0usize..30).prop_map(Step::TrimFront),
            (0usize..30).prop_map(Step::TrimBack),
            Just(Step::Clear),
            bytes().prop_map(Step::Replace),
            (0usize..100).prop_map(Step::Reserve),
        ]
    }

    /// What `step` does to a plain vector, and whether it is possible.
    fn on_plain_vector(plain: &mut Vec<u8>, step: Step) -> bool {
        match step {
            Step::Prepend(prefix) => drop(plain.splice(..0, prefix)),
            Step::Append(suffix) => plain.extend(suffix),
            Step::TrimFront(count) if count <= plain.len() => drop(plain.drain(..count)),
            Step::TrimBack(count) if count <= plain.len() => plain.truncate(plain.len() - count),
            Step::TrimFront(_) | Step::TrimBack(_) => return false,
            Step::Clear => plain.clear(),
            Step::Replace(new) => *plain = new,
            Step::Reserve(_) => {}
        }
        true
    }

    fn on_buffer(buffer: &mut Buffer, step: Step) -> bool {
        match step {
            Step::Prepend(prefix) => buffer.prepend(&prefix),
            Step::Append(suffix) => buffer.append(&suffix),
            Step::TrimFront(count) => return buffer.trim_front(count).is_ok(),
            Step::TrimBack(count) => return buffer.trim_back(count).is_ok(),
            Step::Clear => buffer.clear(),
            Step::Replace(new) => buffer.replace(new),
            Step::Reserve(more) => buffer.reserve(more),
        }
        true
    }

    proptest! {
        #[test]
        fn a_buffer_does_what_a_plain_vector_does(
            head in 0usize..20,
            steps in proptest::collection::vec(step(), 0..24),
        ) {
            let (mut buffer, mut plain) = (Buffer::with_headroom(head, 8), Vec::new());
            for step in steps {
                prop_assert_eq!(
                    on_buffer(&mut buffer, step.clone()),
                    on_plain_vector(&mut plain, step)
                );
                prop_assert_eq!(buffer.as_slice(), &plain[..]);
                prop_assert_eq!(buffer.len(), plain.len());
                prop_assert_eq!(buffer.is_empty(), plain.is_empty());
            }
            prop_assert_eq!(buffer.as_mut_slice(), &plain[..]);
            prop_assert_eq!(buffer.into_vec(), plain);
        }
    }

    #[test]
    fn with_enough_room_on_both_sides_nothing_moves() {
        let mut buffer = Buffer::with_headroom(4, 10);
        buffer.append(b"body");
        let before = buffer.as_slice().as_ptr();
        buffer.prepend(b"head");
        buffer.append(b"tail");
        buffer.trim_front(4).unwrap();
        assert_eq!(buffer.as_slice().as_ptr(), before);
    }

    #[test]
    fn many_small_prefixes_make_headroom_for_the_next_ones() {
        let mut buffer = Buffer::from_vec(vec![0; 100]);
        buffer.prepend(b"x");
        assert_eq!(buffer.headroom(), 99);
    }

    #[test]
    fn a_writer_that_cuts_into_the_headroom_leaves_an_empty_buffer() {
        let mut buffer = Buffer::with_headroom(8, 8);
        buffer.append(b"content");
        buffer.append_with(|out| out.truncate(3));
        assert!(buffer.is_empty());
        buffer.prepend(b"still works");
        buffer.append(b"!");
        assert_eq!(buffer.as_slice(), b"still works!");
    }

    #[test]
    fn a_writer_that_panics_half_way_leaves_an_empty_buffer() {
        let mut buffer = Buffer::with_headroom(8, 8);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            buffer.append_with(|out| {
                out.push(1);
                panic!("half way");
            });
        }));
        panicked.unwrap_err();
        assert!(buffer.is_empty());
        buffer.append(b"y");
        buffer.prepend(b"x");
        assert_eq!(buffer.into_vec(), b"xy");
    }

    /// Rules: secrets.
    #[test]
    fn debug_and_errors_show_a_length_and_no_byte() {
        let mut buffer = Buffer::from_vec(b"plaintext".to_vec());
        let error = buffer.trim_front(10).unwrap_err();
        assert_eq!(format!("{buffer:?}"), "Buffer { len: 9, .. }");
        assert_eq!(error.to_string(), "a buffer of 9 bytes is too short");
    }
}
