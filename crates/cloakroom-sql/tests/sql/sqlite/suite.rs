//! Both pass the suite.

mod in_memory {
    use cloakroom_sql::SqliteStorage;

    async fn empty() -> SqliteStorage {
        SqliteStorage::in_memory().await.unwrap()
    }

    cloakroom_testkit::storage_suite!(empty);
}

mod in_a_file {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use cloakroom_sql::SqliteStorage;

    async fn empty() -> SqliteStorage {
        static FILES: AtomicUsize = AtomicUsize::new(0);
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let path = folder().join(format!("{number}.db"));
        SqliteStorage::open(path).await.unwrap()
    }

    /// A storage does not own its folder, so the files of one run stay until the next one.
    fn folder() -> &'static Path {
        static FOLDER: OnceLock<PathBuf> = OnceLock::new();
        FOLDER.get_or_init(|| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("suite");
            fs::remove_dir_all(&folder).ok();
            fs::create_dir_all(&folder).unwrap();
            folder
        })
    }

    cloakroom_testkit::storage_suite!(empty);
}
