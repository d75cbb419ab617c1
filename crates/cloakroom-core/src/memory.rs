//! stub
#[derive(Clone, Debug)]
/// stub
pub struct MemoryStorage;
