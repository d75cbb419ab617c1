//! What profiles of other session systems say of a session type, how a provider moves from one form
//! of tokens to another, and how it seals what a storage keeps.

use std::sync::Arc;

use cloakroom_time::Timestamp;

use super::foreign::AlsoRead;
use super::options::SessionOptions;
use super::other_form::OtherForm;
use crate::form::Bare;
use crate::ids::IdForm;
use crate::registry::SessionValue;
use crate::rules::Rules;
use crate::transport::contract::Transport;
use crate::transport::contradiction::Contradiction;

impl<S: SessionValue, W> SessionOptions<S, W> {
    /// Lets the token travel as another session system has it. `make` is given the provider's name,
    /// and refuses what cannot work.
    ///
    /// The attributes of our own cookies do not apply, and neither do name prefixes and the names
    /// of `development_over_http`. [`Transport`] has an example.
    pub fn transport<T: Transport>(
        mut self,
        make: impl FnOnce(&str) -> Result<T, Contradiction> + 'static,
    ) -> Self {
        self.foreign.transport = Some(Box::new(|name| {
            make(name).map(|transport| Box::new(transport) as Box<dyn Transport>)
        }));
        self
    }

    /// Keeps the content as the codec wrote it, with nothing of cloakroom's around it: no envelope
    /// in a token, no header in a record. For content that another session system reads as well.
    ///
    /// # Security
    ///
    /// Such content says neither when the session began nor whose it is: it has no deadline, and
    /// none may be configured.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use std::time::Duration;
    ///
    /// example_build(|c| c.bare().forgeable_by_clients()).unwrap();
    /// let hour = Duration::from_secs(3_600);
    /// let refused = example_build(|c| c.bare().forgeable_by_clients().absolute_timeout(hour));
    /// assert_eq!(refused.unwrap_err().field(), "absolute_timeout");
    /// ```
    pub const fn bare(mut self) -> Self {
        self.foreign.bare = Bare::Always;
        self
    }

    /// As [`bare`](Self::bare) where the content travels; a record keeps what cloakroom writes
    /// into it. For profiles, which do not know yet where the content will be.
    pub const fn bare_if_by_value(mut self) -> Self {
        self.foreign.bare = Bare::ByValue;
        self
    }

    /// Gives stored sessions ids of another session system's form.
    ///
    /// # Security
    ///
    /// Such an id is one secret, without a proof that could change: [`rotate`] begins a new record,
    /// and there is no overlap. It has no check either, so ids at random reach the storage.
    /// [`IdForm`] has an example.
    ///
    /// [`rotate`]: crate::Session::rotate
    pub fn ids(mut self, form: impl IdForm) -> Self {
        self.only_by_id = Some("ids");
        self.ids_if_stored(form)
    }

    /// As [`ids`](Self::ids) where the session is stored; says nothing where it is not.
    pub fn ids_if_stored(mut self, form: impl IdForm) -> Self {
        self.foreign.ids = Some(Arc::new(form));
        self
    }

    /// Keeps records under the ids themselves, for a storage that another session system shares.
    /// Default: under a hash.
    ///
    /// # Security
    ///
    /// Who reads the storage has the ids, and with them the sessions.
    pub const fn keys_are_ids(mut self) -> Self {
        self.foreign.keys_are_ids = true;
        self.only_by_id = Some("keys_are_ids");
        self
    }

    /// Encrypts the content of records before the storage gets it (XAES-256-GCM), under a key made
    /// of the ring's and of the id that only the client has. For stored sessions. Default: off.
    ///
    /// A record is bound to its place, its subject and its dates: in another place, or of another
    /// subject, it does not decrypt. A record under an older key is written again under the one
    /// that issues as soon as it is read, so that keys change without logging anyone out.
    ///
    /// To turn it on for sessions that lie there already, read them besides for a time:
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::{MemoryStorage, Timestamp};
    ///
    /// let (storage, end) = (MemoryStorage::new(), Timestamp::from_secs(1_900_000_000));
    /// example_build(|c| {
    ///     c.stored_in(&storage)
    ///         .sealed_at_rest()
    ///         .also_reads(end, |plain| plain.stored_in(&storage))
    /// })
    /// .unwrap();
    /// ```
    ///
    /// # Security
    ///
    /// Who steals the storage reads no content and has no usable id; who steals the ring's key as
    /// well still needs each client's id. What remains: who can write to the storage can delete
    /// sessions, put back an older copy of a record in its own place, and move idle deadlines;
    /// and who can read it sees subjects, dates and sizes. Give a hash of the user's id as the
    /// subject where that is too much.
    pub const fn sealed_at_rest(mut self) -> Self {
        self.foreign.sealed_at_rest = true;
        self.only_by_id = Some("sealed_at_rest");
        self
    }

    /// Loads, writes, clears and chooses by other rules: `change` is given those said so far, which
    /// are ours at first.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::Writes;
    ///
    /// example_build(|c| c.sealed().rules(|rules| rules.writing(Writes::WhenSet))).unwrap();
    /// ```
    pub fn rules(mut self, change: impl FnOnce(Rules) -> Rules) -> Self {
        self.foreign.rules = change(self.foreign.rules);
        self
    }

    /// Leaves `Vary` and `Cache-Control` of responses to the application. Default: they say that
    /// the response depends on the session.
    ///
    /// # Security
    ///
    /// A shared cache that keeps such a response hands one user's page, or cookie, to the next.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// example_build(|c| c.sealed().dangerous_without_cache_headers()).unwrap();
    /// ```
    pub const fn dangerous_without_cache_headers(mut self) -> Self {
        self.foreign.cache_headers = false;
        self
    }

    /// Allows another provider to have a transformer with the same key, where nothing binds a
    /// token to its provider ([`Transformer::unbound_key`](crate::Transformer::unbound_key)).
    ///
    /// # Security
    ///
    /// A token of one such provider is good as a token of the other, if its content decodes.
    pub const fn dangerous_shared_key(mut self) -> Self {
        self.foreign.shares_keys = true;
        self
    }

    /// Reads another form of tokens beside the provider's own until a moment, so that sessions
    /// move without anyone being logged out.
    ///
    /// What is read so is outdated: it is written in the provider's own form with the next change,
    /// or alone in answer to a navigation. By value it gets an id made of the token that it came
    /// in; by id its record is created in the provider's storage, under an id made of the one that
    /// it had, and removed where it lay.
    ///
    /// Where both forms are cloakroom's own by id, and only the storage is another, a session keeps
    /// its id, its proofs and its token: it moves with the first request that reads or changes it and
    /// is not passive. Until then it counts where it lies, so that store is read first. Nodes that do not
    /// write the new store yet read it [`in_place`](OtherForm::in_place). Until the moment that is
    /// named, ending a session removes it from both storages. If a process dies in the middle of moving a
    /// session that another request ends at that very moment, it may be left for a minute in the storage that it
    /// was moved to.
    ///
    /// Ending all of a subject's sessions reaches what has not moved yet as well, if it began before
    /// by what its record says, or if that says nothing. What has not moved is listed where it will keep
    /// its id; under an id of another form it is not, and has no reference either.
    ///
    /// The other form has to be as strong as the own one, or is named
    /// [`dangerous_also_reads`](Self::dangerous_also_reads); and it is tracked in the same way.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::Timestamp;
    ///
    /// let end = Timestamp::from_secs(1_800_000_000);
    /// example_build(|c| c.signed().also_reads(end, |other| other.sealed())).unwrap();
    /// // From one storage to another:
    /// # use cloakroom_core::MemoryStorage;
    /// let (old, new) = (MemoryStorage::new(), MemoryStorage::new());
    /// let moving = example_build(|c| {
    ///     c.stored_in(&new).also_reads(end, |other| other.stored_in(&old))
    /// });
    /// moving.unwrap();
    /// // What was only signed is no base for what clients are not to read.
    /// let refused = example_build(|c| c.sealed().also_reads(end, |other| other.signed()));
    /// assert_eq!(refused.unwrap_err().field(), "also_reads");
    /// ```
    pub fn also_reads(
        self,
        until: Timestamp,
        form: impl FnOnce(OtherForm<S>) -> OtherForm<S>,
    ) -> Self {
        self.reads(until, form, false)
    }

    /// As [`also_reads`](Self::also_reads), also where the other form is weaker.
    ///
    /// # Security
    ///
    /// Until the moment that is named, a session is as strong as the weaker of the two forms: who
    /// can forge that one gets it written in the stronger one.
    ///
    /// ```
    /// # use cloakroom_core::example_build;
    /// use cloakroom_core::Timestamp;
    ///
    /// let end = Timestamp::from_secs(1_800_000_000);
    /// example_build(|c| c.sealed().dangerous_also_reads(end, |other| other.signed())).unwrap();
    /// ```
    pub fn dangerous_also_reads(
        self,
        until: Timestamp,
        form: impl FnOnce(OtherForm<S>) -> OtherForm<S>,
    ) -> Self {
        self.reads(until, form, true)
    }

    fn reads(
        mut self,
        until: Timestamp,
        form: impl FnOnce(OtherForm<S>) -> OtherForm<S>,
        may_be_weaker: bool,
    ) -> Self {
        self.foreign.other = Some(AlsoRead {
            form: form(OtherForm::new()),
            until,
            may_be_weaker,
        });
        self
    }
}
