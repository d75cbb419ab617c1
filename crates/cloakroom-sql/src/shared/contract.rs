//! Makes a storage of what has a backend.

/// Implements [`Storage`](cloakroom_storage::Storage) for a type with a method `backend`.
macro_rules! storage {
    ($storage:ty) => {
        impl cloakroom_storage::Storage for $storage {
            async fn read(
                &self,
                key: &cloakroom_storage::StorageKey,
                now: cloakroom_storage::Timestamp,
            ) -> Result<Option<cloakroom_storage::Stored>, cloakroom_storage::StorageError> {
                $crate::shared::calls::read(self.backend(), key, now).await
            }

            async fn create(
                &self,
                key: &cloakroom_storage::StorageKey,
                record: &cloakroom_storage::Record,
                limit: Option<cloakroom_storage::SubjectLimit>,
                now: cloakroom_storage::Timestamp,
            ) -> Result<cloakroom_storage::CreateOutcome, cloakroom_storage::StorageError> {
                $crate::shared::calls::create(self.backend(), key, record, limit, now).await
            }

            async fn update(
                &self,
                key: &cloakroom_storage::StorageKey,
                version: cloakroom_storage::Version,
                record: &cloakroom_storage::Record,
                now: cloakroom_storage::Timestamp,
            ) -> Result<cloakroom_storage::UpdateOutcome, cloakroom_storage::StorageError> {
                $crate::shared::calls::update(self.backend(), key, version, record, now).await
            }

            async fn touch(
                &self,
                key: &cloakroom_storage::StorageKey,
                idle_deadline: cloakroom_storage::Timestamp,
                now: cloakroom_storage::Timestamp,
            ) -> Result<cloakroom_storage::TouchOutcome, cloakroom_storage::StorageError> {
                $crate::shared::calls::touch(self.backend(), key, idle_deadline, now).await
            }

            async fn take(
                &self,
                key: &cloakroom_storage::StorageKey,
                version: cloakroom_storage::Version,
                now: cloakroom_storage::Timestamp,
            ) -> Result<cloakroom_storage::TakeOutcome, cloakroom_storage::StorageError> {
                $crate::shared::calls::take(self.backend(), key, version, now).await
            }

            async fn remove(
                &self,
                key: &cloakroom_storage::StorageKey,
            ) -> Result<cloakroom_storage::RemoveOutcome, cloakroom_storage::StorageError> {
                $crate::shared::calls::remove(self.backend(), key).await
            }

            async fn begin_sign_in(
                &self,
                subject: &cloakroom_storage::Subject,
                _now: cloakroom_storage::Timestamp,
            ) -> Result<cloakroom_storage::SubjectNumber, cloakroom_storage::StorageError> {
                $crate::shared::calls::begin_sign_in(self.backend(), subject).await
            }

            async fn list(
                &self,
                subject: &cloakroom_storage::Subject,
                now: cloakroom_storage::Timestamp,
            ) -> Result<Vec<cloakroom_storage::Listed>, cloakroom_storage::StorageError> {
                $crate::shared::calls::list(self.backend(), subject, now).await
            }

            async fn remove_all(
                &self,
                subject: &cloakroom_storage::Subject,
                except: Option<&cloakroom_storage::StorageKey>,
                now: cloakroom_storage::Timestamp,
            ) -> Result<u64, cloakroom_storage::StorageError> {
                $crate::shared::calls::remove_all(self.backend(), subject, except, now).await
            }

            async fn end_before(
                &self,
                scope: &cloakroom_storage::Scope,
                time: cloakroom_storage::Timestamp,
            ) -> Result<(), cloakroom_storage::StorageError> {
                $crate::shared::calls::end_before(self.backend(), scope, time).await
            }

            async fn sweep(
                &self,
                now: cloakroom_storage::Timestamp,
                limit: usize,
            ) -> Result<usize, cloakroom_storage::StorageError> {
                $crate::shared::calls::sweep(self.backend(), now, limit).await
            }
        }
    };
}

pub(crate) use storage;
