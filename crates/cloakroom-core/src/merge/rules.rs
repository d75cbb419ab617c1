//! What to do with a field that both sides changed.
//!
//! * **Asked whenever both changed the field**, also if to the same: two requests that each add one
//!   to a count have both written the same number, and the sum is another.
//! * **Rules work on contents**, not on the application's types, so that the built-in ones need no
//!   type parameter; the application's own function is wrapped once.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use ciborium::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::content::{Entries, same};

/// The application's rules for fields that two requests changed at once.
///
/// Without a rule for the field, two different changes of it are a [`Clash`](super::Clash), and
/// the same change twice is one change. A rule is asked whenever both sides changed the field,
/// also if to the same, unless both removed it (or made it `None`); and never when only one side
/// changed it.
///
/// A rule names a field as serde writes it (after `rename`), or a key of a map that is text. A
/// rule for a field that the type does not have is never asked, and nothing says so: fields that
/// are skipped when empty cannot be told from fields that do not exist.
///
/// A field that a side lacks (`skip_serializing_if`) or that is `None` counts as an empty list in
/// [`append`](Self::append), as 0 in [`add`](Self::add), and as less than any number in
/// [`max`](Self::max).
///
/// # Examples
///
/// ```
/// use cloakroom_core::FieldRules;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Deserialize, PartialEq, Serialize)]
/// struct Cart {
///     items: Vec<String>,
///     visits: u32,
/// }
/// fn cart(items: &[&str], visits: u32) -> Cart {
///     Cart { items: items.iter().map(|&item| item.to_owned()).collect(), visits }
/// }
///
/// let rules = FieldRules::new().append("items").add("visits");
/// let (base, ours, theirs) = (cart(&[], 1), cart(&["hat"], 2), cart(&["scarf"], 2));
/// let merged = rules.merge(&base, &ours, &theirs)?;
/// assert_eq!(merged.value, cart(&["scarf", "hat"], 3));
/// # Ok::<(), cloakroom_core::Clash>(())
/// ```
#[derive(Default)]
pub struct FieldRules {
    rules: BTreeMap<&'static str, Rule>,
}

/// What to do with a field that both sides changed.
pub(super) enum Rule {
    Append,
    Add,
    Max,
    Own(Box<Own>),
}

/// The application's function, on contents: base, ours, theirs.
type Own = dyn Fn(Content<'_>, Content<'_>, Content<'_>) -> Option<Value> + Send + Sync;

/// A field's content on one side, if it has the field.
type Content<'a> = Option<&'a Value>;

impl FieldRules {
    /// No rules: two different changes of one field are a clash.
    ///
    /// ```
    /// # use cloakroom_core::FieldRules;
    /// assert_eq!(format!("{:?}", FieldRules::new()), "FieldRules");
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            rules: BTreeMap::new(),
        }
    }

    /// Of a list that both sides appended to, both additions are kept: theirs, which was stored
    /// first, then ours. What both appended is there twice.
    ///
    /// A side that changed or removed anything of what was there clashes.
    ///
    /// ```
    /// # use cloakroom_core::FieldRules;
    /// # use std::collections::BTreeMap;
    /// let rules = FieldRules::new().append("log");
    /// let log = |lines: &[u8]| BTreeMap::from([("log".to_owned(), lines.to_vec())]);
    /// let merged = rules.merge(&log(&[1]), &log(&[1, 2]), &log(&[1, 3])).unwrap();
    /// assert_eq!(merged.value, log(&[1, 3, 2]));
    /// rules.merge(&log(&[1]), &log(&[2]), &log(&[1, 3])).unwrap_err();
    /// ```
    #[must_use]
    pub fn append(self, field: &'static str) -> Self {
        self.rule(field, Rule::Append)
    }

    /// Of a number that both sides changed, both differences are added to what was there.
    ///
    /// A sum that the field's type does not hold, or that is no finite number, clashes. Floats are
    /// added as `f64`.
    ///
    /// ```
    /// # use cloakroom_core::FieldRules;
    /// # use std::collections::BTreeMap;
    /// let rules = FieldRules::new().add("visits");
    /// let visits = |number: u8| BTreeMap::from([("visits".to_owned(), number)]);
    /// let merged = rules.merge(&visits(10), &visits(11), &visits(8)).unwrap();
    /// assert_eq!(merged.value, visits(9));
    /// rules.merge(&visits(200), &visits(250), &visits(240)).unwrap_err();
    /// ```
    #[must_use]
    #[expect(
        clippy::should_implement_trait,
        reason = "named like its sisters, for what it does to the field"
    )]
    pub fn add(self, field: &'static str) -> Self {
        self.rule(field, Rule::Add)
    }

    /// Of a number that both sides changed, the larger one is kept.
    ///
    /// For numbers only, since dates and versions as text do not sort as they should; for other
    /// types write [`with`](Self::with) and `Ord::max`. A whole number against a float, and
    /// `NaN` against anything, clash.
    ///
    /// ```
    /// # use cloakroom_core::FieldRules;
    /// # use std::collections::BTreeMap;
    /// let rules = FieldRules::new().max("seen");
    /// let seen = |number: u64| BTreeMap::from([("seen".to_owned(), number)]);
    /// let merged = rules.merge(&seen(10), &seen(30), &seen(20)).unwrap();
    /// assert_eq!(merged.value, seen(30));
    /// ```
    #[must_use]
    pub fn max(self, field: &'static str) -> Self {
        self.rule(field, Rule::Max)
    }

    /// The application's own rule: of base, ours and theirs it makes the field's new value, or
    /// none, which is a clash.
    ///
    /// `T` is the field's type. A field that a side lacks is read as `None`, so a field that may
    /// be skipped is an `Option` here. What does not decode as a `T` clashes. The function must
    /// not panic: it runs while the response is being committed.
    ///
    /// ```
    /// # use cloakroom_core::FieldRules;
    /// # use std::collections::{BTreeMap, BTreeSet};
    /// type Tags = BTreeSet<char>;
    /// let rules = FieldRules::new().with("tags", |base: Tags, ours: Tags, theirs: Tags| {
    ///     let kept = &(&base & &ours) & &theirs;
    ///     Some(&(&kept | &(&ours - &base)) | &(&theirs - &base))
    /// });
    /// let tags = |tags: &str| BTreeMap::from([("tags".to_owned(), tags.chars().collect::<Tags>())]);
    /// let merged = rules.merge(&tags("abc"), &tags("bcx"), &tags("aby")).unwrap();
    /// assert_eq!(merged.value, tags("bxy"));
    /// ```
    #[must_use]
    pub fn with<T: Serialize + DeserializeOwned>(
        self,
        field: &'static str,
        rule: impl Fn(T, T, T) -> Option<T> + Send + Sync + 'static,
    ) -> Self {
        let own = move |base: Content<'_>, ours: Content<'_>, theirs: Content<'_>| {
            let joined = rule(read(base)?, read(ours)?, read(theirs)?)?;
            Value::serialized(&joined).ok()
        };
        self.rule(field, Rule::Own(Box::new(own)))
    }

    /// The last rule for a field counts.
    fn rule(mut self, field: &'static str, rule: Rule) -> Self {
        self.rules.insert(field, rule);
        self
    }

    /// The rule of the field with this key.
    pub(super) fn rule_of(&self, key: &Value) -> Option<&Rule> {
        self.rules.get(key.as_text()?)
    }
}

impl Rule {
    /// What the rule makes of two changes: base, ours, theirs; none if they do not go together.
    pub(super) fn apply(&self, [base, ours, theirs]: [Content<'_>; 3]) -> Option<Value> {
        match self {
            Self::Append => append(base, ours, theirs),
            Self::Add => add(base, ours, theirs),
            Self::Max => max(ours, theirs),
            Self::Own(own) => own(base, ours, theirs),
        }
    }
}

impl fmt::Debug for FieldRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("FieldRules");
        for (field, rule) in &self.rules {
            let rule = match rule {
                Rule::Append => "append",
                Rule::Add => "add",
                Rule::Max => "max",
                Rule::Own(_) => "own",
            };
            shown.field(field, &format_args!("{rule}"));
        }
        shown.finish()
    }
}

fn read<T: DeserializeOwned>(content: Content<'_>) -> Option<T> {
    content.unwrap_or(&Value::Null).deserialized().ok()
}

fn append(base: Content<'_>, ours: Content<'_>, theirs: Content<'_>) -> Option<Value> {
    let base = list(base)?;
    let (ours, theirs) = (added(base, list(ours)?)?, added(base, list(theirs)?)?);
    Some(Value::Array([base, theirs, ours].concat()))
}

fn list(content: Content<'_>) -> Option<&[Value]> {
    match content {
        None | Some(Value::Null) => Some(&[]),
        Some(Value::Array(items)) => Some(items),
        Some(_) => None,
    }
}

/// What `side` has behind `base`, if it begins with `base`.
fn added<'a>(base: &[Value], side: &'a [Value]) -> Option<&'a [Value]> {
    let (kept, added) = side.split_at_checked(base.len())?;
    let mut pairs = kept.iter().zip(base);
    pairs
        .all(|(a, b)| same(Some(a), Some(b), Entries::AnyOrder))
        .then_some(added)
}

fn add(base: Content<'_>, ours: Content<'_>, theirs: Content<'_>) -> Option<Value> {
    match (Number::of(base)?, Number::of(ours)?, Number::of(theirs)?) {
        (base, ours, theirs) if [base, ours, theirs].iter().any(|n| n.is_float()) => {
            let sum = ours.float()? + (theirs.float()? - base.float()?);
            sum.is_finite().then_some(Value::Float(sum))
        }
        (base, ours, theirs) => {
            let difference = theirs.integer()?.checked_sub(base.integer()?)?;
            Some(ours.integer()?.checked_add(difference)?.into())
        }
    }
}

fn max(ours: Content<'_>, theirs: Content<'_>) -> Option<Value> {
    let larger = match Number::of(ours)?.compare(Number::of(theirs)?)? {
        Ordering::Less => theirs,
        Ordering::Equal | Ordering::Greater => ours,
    };
    larger.cloned()
}

/// A content that is a number, or nothing.
#[derive(Clone, Copy)]
enum Number {
    Nothing,
    Integer(i128),
    Float(f64),
}

impl Number {
    /// None if the content is something else, or an integer beyond `i128`.
    fn of(content: Content<'_>) -> Option<Self> {
        match content {
            None | Some(Value::Null) => Some(Self::Nothing),
            Some(Value::Float(number)) => Some(Self::Float(*number)),
            Some(content) => content.deserialized().ok().map(Self::Integer),
        }
    }

    const fn is_float(&self) -> bool {
        matches!(self, Self::Float(_))
    }

    const fn float(self) -> Option<f64> {
        match self {
            Self::Nothing => Some(0.0),
            Self::Integer(_) => None,
            Self::Float(number) => Some(number),
        }
    }

    const fn integer(self) -> Option<i128> {
        match self {
            Self::Nothing => Some(0),
            Self::Integer(number) => Some(number),
            Self::Float(_) => None,
        }
    }

    /// None if the two have no order.
    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(&b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b),
            (Self::Nothing, Self::Nothing) => Some(Ordering::Equal),
            (Self::Nothing, _) => Some(Ordering::Less),
            (_, Self::Nothing) => Some(Ordering::Greater),
            _ => None,
        }
    }
}
