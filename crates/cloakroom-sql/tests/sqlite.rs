//! A SQLite file, and SQLite in memory.

mod sqlite {
    mod suite;
}
