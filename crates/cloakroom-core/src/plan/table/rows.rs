//! The rows. Columns: the rule; where the content lies (V with the client, I in a storage); the
//! situation; the wishes for which it holds; the storage's answers, `done` where none is named;
//! the storage's steps; what the client gets, or why the response is replaced; the events, in
//! order. Several situations, separated by `or`, and several wishes come to the same.
//!
//! An update is named by what it changes: `write` the content, `idle` the deadline, and of the
//! proofs `rotate`, `replace` (the one never presented), `settle`, or `overtaken`; `reseal` writes what
//! was read. `lost` answers an update by a conflict with a record that has another proof; `conflict` by
//! one that has not. `move` is what comes when all is settled.

/// The table; `super::words` knows every word in it.
pub(super) const TABLE: &str = "
row-1   | V I | nothing                       | keep end                  |                      |                               |                    |
row-1b  | V I | nothing                       | rotate elevate            |                      |                               |                    |
row-1b  | V I | for-ever nav                  | rotate elevate            |                      |                               | clear              | Refused
row-1b  | V I | for-now nav                   | rotate elevate            |                      |                               |                    | Refused
row-2   | V   | nothing                       | write write-rotate        |                      |                               | new                | Created
row-2   | I   | nothing                       | write write-rotate        |                      | create                        | new                | Created
row-2b  | V   | nothing                       | sign-in                   |                      |                               | new                | SignedIn
row-2b  | I   | nothing                       | sign-in                   |                      | create                        | new                | SignedIn
row-2b  | V   | for-ever or for-now           | sign-in                   |                      |                               | new                | Refused SignedIn
row-2b  | I   | for-ever or for-now           | sign-in                   |                      | create                        | new                | Refused SignedIn
row-3   | I   | nothing                       | write                     | exists               | create*2                      | new                | IdCollision Created
row-3   | I   | nothing                       | write                     | exists*8             | create*9                      | new                | IdCollision*8 Created
row-3b  | I   | nothing                       | write sign-in             | exists*9             | create*9                      | IdCollisions       | IdCollision*9
row-3b  | I   | nothing                       | write sign-in             | full                 | create                        | StorageFull        | StorageFull
row-3b  | I   | nothing                       | write sign-in             | too-many             | create                        | TooManyForSubject  | TooManyForSubject
row-4   | V I | for-ever nav                  | keep                      |                      |                               | clear              | Refused
row-4   | V I | for-ever                      | keep                      |                      |                               |                    | Refused
row-4b  | V I | for-ever or for-now           | end                       |                      |                               | clear              | Refused
row-4b  | V I | for-ever nav or for-now nav   | end                       |                      |                               | clear              | Refused
row-5   | V I | for-now or for-now nav        | keep                      |                      |                               |                    | Refused
row-6   | V   | for-ever or for-now nav       | write write-rotate        |                      |                               | new                | Refused Created
row-6   | I   | for-ever nav or for-now       | write write-rotate        |                      | create                        | new                | Refused Created
row-7   | V I | ambiguous nav                 | keep                      |                      |                               |                    | Refused AmbiguousCookies
row-7   | V I | for-ever nav not-alone        | keep                      |                      |                               |                    | Refused
row-7   | V   | expired nav not-alone         | keep                      |                      |                               |                    | Expired
row-7   | I   | live nav not-alone            | write                     |                      | write                         |                    | Changed
row-9   | I   | unavailable nav               | keep write rotate sign-in |                      |                               |                    | StorageFailed
row-9   | I   | unavailable nav               | write-rotate elevate end  |                      |                               |                    | StorageFailed
row-10  | V I | live nav                      | keep                      |                      |                               |                    |
row-10  | V I | live due-soon nav max-age     | keep                      |                      |                               |                    |
row-11  | V   | live outdated nav             | keep                      |                      |                               | renewed            | Renewed(Outdated)
row-11  | V   | live due nav                  | keep                      |                      |                               | renewed            | Renewed(Idle)
row-11  | V   | live due or live outdated     | keep                      |                      |                               |                    |
row-11  | V   | live due nav passive          | keep                      |                      |                               |                    |
row-12  | V   | live or live due nav          | write                     |                      |                               | changed            | Changed
row-13  | V   | live or live outdated         | rotate write-rotate       |                      |                               | rotated            | Rotated
row-14  | V   | live                          | sign-in                   |                      |                               | new                | SignedIn
row-14  | V   | live                          | elevate                   |                      |                               | new                | Elevated
row-15  | V   | live                          | end                       |                      |                               | clear              | Ended
row-18  | V   | expired                       | keep write rotate elevate |                      |                               |                    | Expired
row-18  | V   | expired nav                   | keep write rotate elevate |                      |                               | clear              | Expired
row-18  | V   | expired                       | end                       |                      |                               | clear              | Expired
row-18  | I   | expired                       | keep write rotate elevate |                      | remove                        |                    | Expired
row-18  | I   | expired nav                   | keep write rotate elevate | absent               | remove                        | clear              | Expired
row-18  | I   | expired                       | end                       |                      | remove                        | clear              | Expired
row-19  | V   | expired nav                   | sign-in                   |                      |                               | new                | Expired SignedIn
row-19  | I   | expired nav                   | sign-in                   | done absent          | create remove                 | new                | Expired SignedIn
row-20  | I   | live due or live due nav      | keep                      |                      | touch                         |                    | Touched
row-20  | I   | live due nav max-age          | keep                      |                      | touch                         | renewed            | Touched Renewed(Idle)
row-20  | I   | live due max-age              | keep                      |                      | touch                         |                    | Touched
row-20b | I   | live due nav passive          | keep                      |                      |                               |                    |
row-20b | I   | live due outdated nav passive | keep                      |                      |                               |                    |
row-20b | I   | live due nav passive          | write                     |                      | write+idle                    |                    | Changed
row-21  | I   | live due nav max-age          | keep                      | gone                 | touch                         |                    | Ended
row-21  | I   | live due nav max-age          | keep                      | failed               | touch                         |                    | StorageFailed
row-22  | I   | live outdated nav             | keep                      |                      |                               | renewed            | Renewed(Outdated)
row-22  | I   | live outdated due nav         | keep                      |                      | touch                         | renewed            | Touched Renewed(Outdated)
row-22  | I   | live outdated                 | keep                      |                      |                               |                    |
row-23  | I   | superseded due outdated nav   | keep                      |                      |                               |                    | SupersededProof
row-23  | I   | superseded-late due nav       | keep                      |                      |                               |                    | SupersededProof
row-23  | I   | superseded due outdated nav   | write                     |                      | write+idle                    |                    | SupersededProof Changed
row-23  | I   | superseded                    | sign-in                   |                      | create remove                 | new                | SupersededProof SignedIn
row-23  | I   | superseded                    | elevate                   |                      | create remove                 | new                | SupersededProof Elevated
row-23  | I   | superseded                    | end                       |                      | remove                        | clear              | SupersededProof Ended
row-23b | I   | superseded nav                | rotate                    |                      |                               |                    | SupersededProof
row-23b | I   | superseded nav                | write-rotate              |                      | write                         |                    | SupersededProof Changed
row-23b | I   | superseded-presented nav      | rotate                    |                      |                               |                    | SupersededProof
row-23c | I   | superseded-late               | rotate                    |                      | replace                       | rotated            | SupersededProof Rotated
row-23c | I   | superseded-late               | write-rotate              |                      | write+replace                 | rotated            | SupersededProof Rotated
row-23c | I   | superseded-late               | rotate                    | conflict             | replace                       |                    | SupersededProof
row-23c | I   | superseded-late last-wins     | write-rotate              | conflict             | write+replace write+overtaken |                    | SupersededProof Changed Overwritten
row-24  | I   | reused nav                    | keep rotate elevate       | done                 | remove                        |                    | Reused
row-24  | I   | reused nav                    | keep                      | absent               | remove                        |                    | Reused
row-24  | I   | reused nav                    | keep                      | failed               | remove                        |                    | Reused StorageFailed
row-24  | I   | reused nav reuse-is-told      | keep                      |                      |                               |                    | Reused
row-24b | I   | reused                        | write                     | done                 | remove create                 | new                | Reused Created
row-24b | I   | reused                        | sign-in                   | failed               | remove create                 | new                | Reused StorageFailed SignedIn
row-24b | I   | reused reuse-is-told          | sign-in                   |                      | create                        | new                | Reused SignedIn
row-25  | I   | unsettled                     | keep                      |                      | settle                        |                    | RotationSettled
row-25  | I   | unsettled passive due nav     | keep                      |                      | settle                        |                    | RotationSettled
row-25  | I   | unsettled due                 | keep                      |                      | idle+settle                   |                    | RotationSettled Touched
row-25  | I   | unsettled                     | write                     |                      | write+settle                  |                    | RotationSettled Changed
row-25  | I   | unsettled                     | rotate                    |                      | settle                        |                    | RotationSettled
row-25  | I   | unsettled                     | write-rotate              |                      | write+settle                  |                    | RotationSettled Changed
row-25b | I   | unsettled nav outdated        | keep                      | conflict             | settle                        |                    |
row-25b | I   | unsettled nav outdated        | keep                      | lost                 | settle                        |                    |
row-25b | I   | unsettled nav outdated        | keep                      | gone                 | settle                        |                    | Ended
row-25b | I   | unsettled nav outdated        | keep                      | failed               | settle                        |                    | StorageFailed
row-26  | I   | live or live nav              | write                     |                      | write                         |                    | Changed
row-26  | I   | live due nav                  | write                     |                      | write+idle                    |                    | Changed
row-26  | I   | live due nav max-age          | write                     |                      | write+idle                    | renewed            | Changed Renewed(Idle)
row-26  | I   | live due-soon nav max-age     | write                     |                      | write+idle                    |                    | Changed
row-26  | I   | live outdated nav             | write                     |                      | write                         | renewed            | Changed Renewed(Outdated)
row-27  | I   | live                          | write                     | conflict merged      | write*2                       |                    | Changed Merged
row-27  | I   | live outdated nav             | write                     | conflict same        | write                         | renewed            | Renewed(Outdated)
row-27  | I   | live outdated nav             | write                     | lost same            | write                         |                    |
row-27  | I   | live outdated nav             | write                     | lost merged          | write write+overtaken         |                    | Changed Merged
row-27  | I   | live                          | write                     | conflict rejected    | write                         | Conflict           | Conflict
row-27  | I   | live last-wins                | write                     | conflict*2           | write*3                       |                    | Changed Overwritten
row-27  | I   | live last-wins                | write                     | conflict*8           | write*9                       |                    | Changed Overwritten
row-27  | I   | live last-wins                | write                     | conflict*9           | write*9                       | Conflict           | Conflict
row-27  | I   | live reject                   | write                     | conflict             | write                         | Conflict           | Conflict
row-27  | I   | unsettled                     | write                     | conflict merged      | write+settle*2                |                    | RotationSettled Changed Merged
row-27  | I   | unsettled                     | write                     | lost merged          | write+settle write+overtaken  |                    | Changed Merged
row-28  | I   | live nav outdated             | write                     | gone                 | write                         |                    | EndedMeanwhile
row-28  | I   | live nav outdated             | rotate                    | gone                 | rotate                        |                    | EndedMeanwhile
row-28  | I   | live                          | write                     | conflict merged gone | write*2                       |                    | EndedMeanwhile
row-29  | I   | live or live due              | sign-in                   |                      | create remove                 | new                | SignedIn
row-29  | I   | live or unsettled             | elevate                   |                      | create remove                 | new                | Elevated
row-29  | I   | live                          | sign-in                   | exists done absent   | create*2 remove               | new                | IdCollision SignedIn
row-30  | I   | live                          | sign-in elevate           | signed-out           | create                        | SignedOutMeanwhile | SignedOutMeanwhile
row-30  | I   | live                          | sign-in elevate           | failed               | create                        | Storage            | StorageFailed
row-30  | I   | live                          | sign-in elevate           | done failed          | create remove remove-new      | Storage            | StorageFailed
row-30  | I   | live                          | sign-in elevate           | done failed failed   | create remove remove-new      | Storage            | StorageFailed
row-30b | I   | live                          | elevate                   | done absent          | create remove remove-new      |                    | EndedMeanwhile
row-31  | I   | live                          | rotate                    |                      | rotate                        | rotated            | Rotated
row-31  | I   | live due nav outdated         | rotate                    |                      | idle+rotate                   | rotated            | Rotated
row-31  | I   | overlapping                   | rotate                    |                      |                               |                    |
row-31  | I   | overlapping                   | write-rotate              |                      | write                         |                    | Changed
row-31  | I   | live                          | write-rotate              |                      | write+rotate                  | rotated            | Rotated
row-32  | I   | live or live reject           | rotate                    | lost                 | rotate                        |                    |
row-32  | I   | live                          | write-rotate              | lost merged          | write+rotate write+overtaken  |                    | Changed Merged
row-32  | I   | live last-wins                | write-rotate              | lost                 | write+rotate write+overtaken  |                    | Changed Overwritten
row-32  | I   | live reject                   | write-rotate              | lost                 | write+rotate                  | Conflict           | Conflict
row-32b | I   | live or live reject           | rotate                    | conflict             | rotate*2                      | rotated            | Rotated
row-32b | I   | live                          | rotate                    | conflict*9           | rotate*9                      | Conflict           | Conflict
row-32b | I   | live                          | write-rotate              | conflict merged      | write+rotate*2                | rotated            | Rotated Merged
row-32b | I   | live                          | write-rotate              | conflict same        | write+rotate rotate           | rotated            | Rotated
row-32b | I   | live                          | rotate                    | conflict lost        | rotate*2                      |                    |
row-33  | I   | live                          | end                       | done                 | remove                        | clear              | Ended
row-33  | I   | live                          | end                       | absent               | remove                        | clear              | Ended
row-33  | I   | live nav                      | end                       | failed               | remove                        | Storage            | StorageFailed
row-34  | I   | nothing                       | write sign-in             | failed               | create                        | Storage            | StorageFailed
row-34  | I   | live nav outdated             | write                     | failed               | write                         | Storage            | StorageFailed
row-34  | I   | live                          | rotate                    | failed               | rotate                        | Storage            | StorageFailed
row-34  | I   | expired nav                   | keep                      | failed               | remove                        | Storage            | Expired StorageFailed
row-34  | I   | live                          | elevate                   | done absent failed   | create remove remove-new      | Storage            | EndedMeanwhile StorageFailed
row-35  | V   | live due nav no-renew         | keep                      |                      |                               |                    |
row-35  | I   | live due nav max-age no-renew | keep                      |                      | touch                         |                    | Touched
row-36  | V   | live outdated nav no-renew    | keep                      |                      |                               |                    |
row-36  | V   | live outdated nav no-renew    | write                     |                      |                               | changed            | Changed
row-37  | V I | live due nav or nothing       | abandon                   |                      |                               |                    | Abandoned
row-37  | I   | reused nav                    | abandon                   |                      |                               |                    | Reused Abandoned
row-37  | I   | unavailable                   | abandon                   |                      |                               |                    | StorageFailed Abandoned
row-46  | V   | content unusable              | keep end                  |                      |                               | clear              | Refused
row-46  | I   | unknown unusable              | keep end                  |                      |                               | clear              | Refused
row-46  | V   | content unusable not-alone    | keep                      |                      |                               |                    | Refused
row-46  | I   | unknown unusable not-alone    | keep                      |                      |                               |                    | Refused
row-46b | V I | untrusted unusable nav        | keep end                  |                      |                               |                    | Refused
row-46c | I   | garbled unusable nav          | keep                      |                      |                               |                    | Refused
row-46c | I   | garbled unusable              | end                       |                      |                               | clear              | Refused
row-47  | V   | live when-set                 | write                     |                      |                               | changed            | Changed
row-47  | I   | live when-set                 | write                     |                      | write                         | changed            | Changed
row-47  | I   | live when-set                 | write                     | gone                 | write                         |                    | EndedMeanwhile
row-47  | V I | live when-set nav             | keep                      |                      |                               |                    |
row-47b | I   | live sent-when-changed        | write                     |                      | write                         | changed            | Changed
row-47b | V I | live sent-when-changed nav    | keep                      |                      |                               |                    |
row-48  | V I | live always                   | keep                      |                      |                               | again              | Renewed(Always)
row-48  | V I | live always passive           | keep                      |                      |                               |                    |
row-48  | I   | live always due               | keep                      |                      | touch                         | again              | Touched Renewed(Always)
row-48  | I   | live always                   | write                     |                      | write                         | changed            | Changed
row-49  | I   | live no-proofs                | rotate write-rotate       |                      | create remove                 | new                | Rotated
row-49  | I   | live no-proofs                | rotate                    | done absent          | create remove remove-new      |                    | EndedMeanwhile
row-50  | I   | live elsewhere nav            | keep                      |                      | create remove                 | new                | Moved Renewed(Outdated)
row-50  | I   | live elsewhere                | keep                      |                      |                               |                    |
row-50  | I   | live elsewhere nav passive    | keep                      |                      |                               |                    |
row-50  | I   | live elsewhere nav no-renew   | keep                      |                      |                               |                    |
row-50b | I   | live elsewhere nav            | keep                      | failed               | create                        |                    | StorageFailed
row-50b | I   | live elsewhere nav            | keep                      | too-many             | create                        |                    | TooManyForSubject
row-50b | I   | live elsewhere nav            | keep                      | conflict             | create                        |                    |
row-50b | I   | live elsewhere nav            | keep                      | done absent          | create remove remove-new      |                    | EndedMeanwhile
row-50b | I   | live elsewhere nav            | keep                      | done failed          | create remove remove-new      |                    | StorageFailed
row-51  | I   | live elsewhere                | write write-rotate        |                      | create remove                 | new                | Moved Changed
row-51  | I   | live elsewhere                | rotate                    |                      | create remove                 | new                | Moved Rotated
row-51  | I   | live elsewhere                | write                     | done absent          | create remove remove-new      |                    | EndedMeanwhile
row-51  | I   | live elsewhere                | write                     | failed               | create                        | Storage            | StorageFailed
row-51  | I   | live elsewhere                | write                     | full                 | create                        | StorageFull        | StorageFull
row-51b | I   | live elsewhere                | write                     | conflict merged      | create write                  | new                | Moved Changed Merged
row-51b | I   | live elsewhere                | write                     | lost merged          | create write+overtaken        |                    | Changed Merged
row-51b | I   | live elsewhere reject         | write                     | conflict             | create                        | Conflict           | Conflict
row-51b | I   | live elsewhere                | write                     | gone                 | create                        |                    | EndedMeanwhile
row-52  | I   | live elsewhere                | sign-in                   |                      | create remove                 | new                | SignedIn
row-52  | I   | live elsewhere                | elevate                   |                      | create remove                 | new                | Elevated
row-52  | I   | live elsewhere                | end                       |                      | remove                        | clear              | Ended
row-59  | I   | live reseal or live reseal nav | keep                     |                      | reseal                        |                    | Resealed
row-59  | I   | live reseal due               | keep                      |                      | idle+reseal                   |                    | Resealed Touched
row-59  | I   | live reseal passive           | keep                      |                      |                               |                    |
row-59  | I   | live reseal                   | write                     |                      | write                         |                    | Changed
row-59  | I   | unsettled reseal              | keep                      |                      | settle                        |                    | RotationSettled Resealed
row-59b | I   | live reseal                   | keep                      | conflict             | reseal                        |                    |
row-59b | I   | live reseal                   | keep                      | gone                 | reseal                        |                    | Ended
row-59b | I   | live reseal                   | keep                      | failed               | reseal                        |                    | StorageFailed
row-60  | I   | live same-id or live same-id nav | keep                   |                      | move                          |                    |
row-60  | I   | live same-id passive          | keep                      |                      |                               |                    |
row-60  | I   | superseded same-id nav        | keep                      |                      |                               |                    | SupersededProof
row-60  | I   | live same-id outdated nav     | keep                      |                      | move                          | renewed            | Renewed(Outdated)
row-60  | I   | live same-id due              | keep                      |                      | touch move                    |                    | Touched
row-60  | I   | unsettled same-id             | keep                      |                      | settle move                   |                    | RotationSettled
row-60  | I   | unsettled same-id             | keep                      | gone                 | settle                        |                    | Ended
row-61  | I   | live same-id                  | write                     |                      | write move                    |                    | Changed
row-61  | I   | live same-id                  | rotate                    |                      | rotate move                   | rotated            | Rotated
row-61  | I   | live same-id                  | write-rotate              |                      | write+rotate move             | rotated            | Rotated
row-61  | I   | superseded same-id            | write                     |                      | write move                    |                    | SupersededProof Changed
row-61  | I   | live same-id                  | write                     | gone                 | write                         |                    | EndedMeanwhile
row-61  | I   | live same-id                  | write                     | failed               | write                         | Storage            | StorageFailed
row-61  | I   | live same-id                  | write                     | conflict merged      | write*2 move                  |                    | Changed Merged
row-61  | I   | live same-id                  | write                     | lost merged          | write write+overtaken move    |                    | Changed Merged
row-61  | I   | live same-id reject           | write                     | conflict             | write                         | Conflict           | Conflict
row-63b | I   | unsettled                     | keep                      | conflict             | settle                        |                    |
row-63b | I   | live due nav max-age          | keep                      | conflict             | touch                         |                    |
";
