//! A value between serde and a text: what Kotlin's types tell apart, and no more.

/// How deep values may lie in each other, on writing and on reading.
pub(super) const MAX_DEPTH: u8 = 32;

/// One value.
#[derive(Debug)]
pub(super) enum Node {
    Null,
    Boolean(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    /// A `Float?` that is there: Ktor's reflection cannot read it.
    NullableFloat(f32),
    Double(f64),
    Char(char),
    String(String),
    /// A constant of an enum.
    Constant(&'static str),
    Uuid(String),
    BigDecimal(String),
    BigInteger(String),
    /// An empty one holds nothing, and never a `Null`.
    Optional(Option<Box<Self>>),
    List(Vec<Self>),
    Set(Vec<Self>),
    Map(Vec<(Self, Self)>),
    Object(Object),
}

/// A class with its properties, in the order in which they are declared.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) fields: Vec<(&'static str, Node)>,
    /// Which class of a sealed one it is, as serde calls it.
    pub(super) class: Option<&'static str>,
}
