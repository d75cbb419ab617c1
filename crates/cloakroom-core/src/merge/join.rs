//! The three-way merge.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;

use ciborium::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::apart::{Apart, Field, Fields, take_apart};
use super::content::{Entries, Key, same};
use super::rules::FieldRules;

/// Both changes, in one value.
///
/// # Security
///
/// `Debug` shows which fields both sides changed, and nothing of the value.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct Merged<S> {
    /// The value.
    pub value: S,
    /// The declared fields that both sides changed, to the same or joined by a rule; sorted.
    pub fields: Vec<&'static str>,
}

impl<S> fmt::Debug for Merged<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Merged")
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

/// Two changes of one session do not go together.
///
/// # Security
///
/// It names declared fields of a struct only; never keys of maps, and no content.
///
/// # Examples
///
/// ```
/// use cloakroom_core::FieldRules;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, Deserialize, Serialize)]
/// struct Profile {
///     name: String,
/// }
/// let named = |name: &str| Profile { name: name.to_owned() };
///
/// let merged = FieldRules::new().merge(&named("a"), &named("b"), &named("c"));
/// let clash = merged.unwrap_err();
/// assert_eq!(clash.fields, ["name"]);
/// assert_eq!(clash.to_string(), "both sides changed the session: name");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Clash {
    /// The declared fields that both sides changed and that do not go together; sorted. Empty if
    /// what clashes has no declared name: a map's entry, a value without fields, or a result that
    /// its type refuses as a whole.
    pub fields: Vec<&'static str>,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("both sides changed the session")?;
        for (index, field) in self.fields.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { ", " })?;
            f.write_str(field)?;
        }
        Ok(())
    }
}

impl Error for Clash {}

impl FieldRules {
    /// Joins two changes of `base`: `ours`, which this request made, and `theirs`, which was
    /// stored meanwhile.
    ///
    /// Each top-level field of a struct or map is taken from the side that changed it. If both
    /// changed it, the field's rule decides; without one it is a clash, unless both changed it to
    /// the same. (So a count that both raised by one has been raised by one: it needs the rule
    /// [`add`](Self::add).) To leave a field out (`skip_serializing_if`, a
    /// map's entry removed) is a change like any other. A list, a scalar or an enum at the top is
    /// one field; so is a value whose shape is not the same on all three sides. Newtype structs
    /// and `Some` are looked through.
    ///
    /// Some types need a word:
    ///
    /// * **An internally tagged enum** (`#[serde(tag = "…")]`, also adjacently tagged, also
    ///   untagged) looks like a struct. If one side changed the variant and the other a field that
    ///   both variants have, the result is the new variant with the other's field. If that makes
    ///   no sense for the type, choose `Reject` as the provider's conflict policy, or put the enum
    ///   in a field of a struct, where it is one whole.
    /// * **A struct with `#[serde(flatten)]`** is a map to serde: merged in the same way, but its
    ///   fields are not named in a clash.
    /// * **A `HashSet`** gives its items in no fixed order and so counts as changed by both. Use a
    ///   `BTreeSet`, or a rule. (A `HashMap` is compared in any order; the order of a map whose
    ///   order is content is kept unless both sides changed the map.)
    /// * **An `Option<Option<T>>`** has one `None` in this model, as in JSON.
    /// * **A type that only one format can hold** (`RawValue` of `serde_json`) clashes.
    ///
    /// # Errors
    ///
    /// [`Clash`] if a field was changed by both and has no rule or none that can join it, if the
    /// value cannot be taken apart, or if the result is not decoded by the type.
    ///
    /// # Examples
    ///
    /// ```
    /// use cloakroom_core::FieldRules;
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
    /// struct Shop {
    ///     currency: String,
    ///     theme: Option<String>,
    /// }
    /// let base = Shop { currency: "EUR".to_owned(), theme: None };
    /// let ours = Shop { currency: "CHF".to_owned(), ..base.clone() };
    /// let theirs = Shop { theme: Some("dark".to_owned()), ..base.clone() };
    ///
    /// let merged = FieldRules::new().merge(&base, &ours, &theirs)?;
    /// assert_eq!(merged.value.currency, "CHF");
    /// assert_eq!(merged.value.theme.as_deref(), Some("dark"));
    /// # Ok::<(), cloakroom_core::Clash>(())
    /// ```
    pub fn merge<S>(&self, base: &S, ours: &S, theirs: &S) -> Result<Merged<S>, Clash>
    where
        S: Serialize + DeserializeOwned,
    {
        let (content, fields) = match (take_apart(base), take_apart(ours), take_apart(theirs)) {
            (Some(Apart::Fields(base)), Some(Apart::Fields(ours)), Some(Apart::Fields(theirs)))
                if base.shape == ours.shape && base.shape == theirs.shape =>
            {
                self.join_fields(&base, &ours, &theirs)?
            }
            (Some(base), Some(ours), Some(theirs)) => join_wholes(base, ours, theirs)?,
            _ => return Err(Clash { fields: Vec::new() }),
        };
        match content.deserialized() {
            Ok(value) => Ok(Merged { value, fields }),
            Err(_) => Err(Clash { fields }),
        }
    }

    /// The joined fields, and the names of those that both sides changed.
    fn join_fields(
        &self,
        base: &Fields,
        ours: &Fields,
        theirs: &Fields,
    ) -> Result<(Value, Vec<&'static str>), Clash> {
        let (mut joined, mut both_changed, mut clashing) = (Vec::new(), Vec::new(), Vec::new());
        let mut clashes = false;
        for (field, sides) in line_up(base, ours, theirs) {
            let rule = self.rule_of(&field.key);
            let content = match (settle(sides), rule) {
                (Change::OfOne(content), _) => {
                    joined.extend(content.map(|content| (field.key.clone(), content.clone())));
                    continue;
                }
                // What both removed stays removed, whatever the rule would count it as.
                (Change::Same(content @ (None | Some(Value::Null))), _)
                | (Change::Same(content), None) => Some(content.cloned()),
                (Change::Different, None) => None,
                (Change::Same(_) | Change::Different, Some(rule)) => rule.apply(sides).map(Some),
            };
            if let Some(content) = content {
                both_changed.extend(field.name);
                joined.extend(content.map(|content| (field.key.clone(), content)));
            } else {
                clashing.extend(field.name);
                clashes = true;
            }
        }
        clashing.sort_unstable();
        both_changed.sort_unstable();
        if clashes {
            return Err(Clash { fields: clashing });
        }
        Ok((Value::Map(joined), both_changed))
    }
}

fn join_wholes(
    base: Apart,
    ours: Apart,
    theirs: Apart,
) -> Result<(Value, Vec<&'static str>), Clash> {
    let [base, ours, theirs] = [base, ours, theirs].map(Apart::into_value);
    match settle([Some(&base), Some(&ours), Some(&theirs)]) {
        Change::OfOne(Some(content)) | Change::Same(Some(content)) => {
            Ok((content.clone(), Vec::new()))
        }
        _ => Err(Clash { fields: Vec::new() }),
    }
}

/// A field's content in base, ours and theirs.
type Sides<'a> = [Option<&'a Value>; 3];

/// Every field that any side has, in the order of ours, then theirs, then base.
fn line_up<'a>(
    base: &'a Fields,
    ours: &'a Fields,
    theirs: &'a Fields,
) -> impl Iterator<Item = (&'a Field, Sides<'a>)> {
    let indexes = [base, ours, theirs].map(|side| {
        let fields = side.fields.iter();
        fields
            .map(|field| (Key(&field.key), &field.content))
            .collect::<BTreeMap<_, _>>()
    });
    let mut seen = BTreeSet::new();
    [ours, theirs, base]
        .into_iter()
        .flat_map(|side| &side.fields)
        .filter(move |field| seen.insert(Key(&field.key)))
        .map(move |field| {
            let sides = indexes.each_ref();
            (
                field,
                sides.map(|index| index.get(&Key(&field.key)).copied()),
            )
        })
}

/// Who changed a content, and to what.
enum Change<'a> {
    /// At most one side changed it.
    OfOne(Option<&'a Value>),
    /// Both changed it, to the same.
    Same(Option<&'a Value>),
    /// Both changed it, each in its own way.
    Different,
}

/// Strictly first: only where all three differ as they are written does the order of a map's
/// entries not count.
fn settle([base, ours, theirs]: Sides<'_>) -> Change<'_> {
    for entries in [Entries::InOrder, Entries::AnyOrder] {
        if same(base, ours, entries) {
            return Change::OfOne(theirs);
        }
        if same(base, theirs, entries) {
            return Change::OfOne(ours);
        }
        if same(ours, theirs, entries) {
            return Change::Same(theirs);
        }
    }
    Change::Different
}
