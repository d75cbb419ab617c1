//! How the tables come to be.

use rusqlite::Connection;

use crate::error::OpenError;
use crate::sqlite::connection::Settings;
use crate::sqlite::connection::VERSION;

fn tables(connection: &Connection) -> Vec<String> {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut names = connection.prepare(names).unwrap();
    let names = names.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

#[test]
fn the_tables_are_made_once_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::in_file(&folder.path().join("sessions.db"));
    let first = tables(&settings.open_writer().unwrap());
    assert!(
        first.contains(&"cloakroom_sessions".to_owned()),
        "{first:?}"
    );
    let again = settings.open_writer().unwrap();
    assert_eq!(tables(&again), first);
    let versions = "SELECT COUNT(*) FROM cloakroom_sessions_schema";
    let versions: u32 = again.query_row(versions, [], |row| row.get(0)).unwrap();
    assert_eq!(versions, VERSION);
}

#[test]
fn tables_of_a_newer_version_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::in_file(&folder.path().join("sessions.db"));
    let connection = settings.open_writer().unwrap();
    let newer = "INSERT INTO cloakroom_sessions_schema VALUES (7)";
    connection.execute_batch(newer).unwrap();
    let refused = settings.open_writer().unwrap_err();
    assert!(matches!(
        refused,
        OpenError::SchemaTooNew {
            found: 7,
            known: VERSION
        }
    ));
}

/// A table of our name that somebody else made is left as it is.
#[test]
fn a_table_of_somebody_else_is_not_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sessions.db");
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TABLE cloakroom_sessions (theirs)")
        .unwrap();
    let refused = Settings::in_file(&path).open_writer().unwrap_err();
    assert!(matches!(refused, OpenError::Storage { .. }), "{refused:?}");
    assert_eq!(tables(&other), ["cloakroom_sessions"]);
}

/// Programs that start at once do not meet.
#[test]
fn the_tables_are_made_by_one_of_many_that_open_the_file_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::in_file(&folder.path().join("sessions.db"));
    std::thread::scope(|scope| {
        let opened = || settings.open_writer().map(drop);
        let opening: Vec<_> = (0..8).map(|_| scope.spawn(opened)).collect();
        for opened in opening {
            opened.join().unwrap().unwrap();
        }
    });
}
