//! A list that holds one item without allocating: most requests touch one session.

/// Zero, one or more items; the first lies inline.
#[derive(Debug)]
pub(crate) struct Few<T> {
    first: Option<T>,
    rest: Vec<T>,
}

impl<T> Few<T> {
    pub(crate) const fn new() -> Self {
        Self {
            first: None,
            rest: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, item: T) {
        if self.first.is_none() {
            self.first = Some(item);
        } else {
            self.rest.push(item);
        }
    }

    /// The only item; else all.
    pub(crate) fn into_only(mut self) -> Result<T, Self> {
        match self.first.take() {
            Some(only) if self.rest.is_empty() => Ok(only),
            first => Err(Self { first, ..self }),
        }
    }

    pub(crate) fn last_mut(&mut self) -> Option<&mut T> {
        self.rest.last_mut().or(self.first.as_mut())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(crate) fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().chain(&self.rest)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.first.iter_mut().chain(&mut self.rest)
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> IntoIterator for Few<T> {
    type Item = T;
    type IntoIter = std::iter::Chain<std::option::IntoIter<T>, std::vec::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.rest)
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        Self {
            first: items.next(),
            rest: items.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_back_in_the_order_in_which_they_went_in() {
        let mut few = Few::new();
        assert!(few.is_empty());
        for item in 0..4 {
            few.push(item);
            assert_eq!(few.last_mut(), Some(&mut { item }));
            assert_eq!(few.len(), item + 1);
        }
        assert_eq!(few.iter().copied().collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!(few.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert_eq!((0..3).collect::<Few<_>>().len(), 3);
        assert_eq!(Few::<u8>::new().into_only().ok(), None);
        assert_eq!((0..1).collect::<Few<_>>().into_only().ok(), Some(0));
        let several = (0..2).collect::<Few<_>>().into_only().err();
        assert_eq!(several.map(|few| few.len()), Some(2));
    }
}
