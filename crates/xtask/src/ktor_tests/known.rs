//! The tests of sessions and session authentication that Ktor 3 has (`ktorio/ktor`, at `ef92e5537d`).

/// A class of tests, as the headings of the page call it, and its tests.
pub(crate) type Class = (&'static str, &'static [&'static str]);

/// All classes, in the page's order.
pub(crate) const CLASSES: &[Class] = &[
    (
        "SessionTest",
        &[
            "testSessionCreateDelete",
            "testSessionByValue",
            "testSessionWithEncodedCookie",
            "testRoutes",
            "testRoutesIsolation",
            "testSessionById",
            "testSessionByIdAccessors",
            "testSessionByIdServer",
            "testSessionByIdServerWithBackwardCompatibleSerialization",
            "testSessionByIdCookie",
            "testSessionByInvalidId",
            "testHttpSessionCookie",
            "settingSessionAfterResponseTest",
            "testSessionLongDuration",
            "testSessionOverflowDuration",
            "testDuplicateProvidersDiagnostics",
            "testMissingSessionsPlugin",
            "testMissingSession",
            "secureCookie",
            "testSetCookieNotAdded",
            "testCustomSerializer",
            "testCustomSessionIdProvider",
            "sendOnlyIfModified cookie session does not resend unchanged value",
            "sendOnlyIfModified default false still resends unchanged session",
            "sendOnlyIfModified with server storage does not rewrite unchanged session",
            "sendOnlyIfModified header session does not resend unchanged value",
            "sendOnlyIfModified detects in-place mutation of same instance",
            "testClearSessionById",
            "testClearSessionByIdForMultipleDevices",
            "scoped session sends Set-Cookie header without explicit respond",
        ],
    ),
    (
        "SessionTestJvm",
        &[
            "testSessionByValueMac",
            "testSessionEncrypted",
            "testSessionEncryptedBackwardCompatible",
            "testSessionEncryptedNotBackwardCompatible",
        ],
    ),
    (
        "AutoSerializerTest",
        &[
            "testSimple",
            "testPrimitive",
            "testLists",
            "testSets",
            "testMaps",
            "testAdditionalTypes",
            "testEnum",
            "testEnumInCollection",
            "testCompoundClasses",
            "testSealedSession",
            "testSealedSessionObject",
            "testSessionWithSealedMember",
        ],
    ),
    (
        "CacheTest",
        &[
            "testBaseSimpleCase",
            "testBlocking",
            "testPeek",
            "testInvalidate",
            "testInvalidateWithError",
            "testStoreSameValueDoesntTriggerDelegate",
        ],
    ),
    (
        "CacheTest on the JVM",
        &[
            "testTimeout1",
            "testTimeout2",
            "canReadDataFromCacheStorageWithinEventLoopGroupProxy",
        ],
    ),
    (
        "DirectorySessionStorageTest",
        &[
            "testSetup",
            "testMissingSession",
            "testSaveSimple",
            "testSaveTwice",
            "testInvalidate",
        ],
    ),
    (
        "SessionTransportCookieTest",
        &[
            "testClearBypassSecure",
            "testClearBypassExtensions",
            "testClearZerosMaxAge",
        ],
    ),
    (
        "SessionTransportTransformerKtTest",
        &[
            "allTransformersShouldBeAppliedOnWrite",
            "allTransformersShouldBeAppliedOnReadInReverseOrder",
        ],
    ),
    (
        "SessionTransportTransformerEncryptTest",
        &[
            "accepts 32-byte AES-256 encryption key",
            "transformWrite generates 16-byte IV for AES-256",
            "round-trip preserves payload for AES-128, AES-192 and AES-256",
            "uses cipher block size for non-AES algorithm",
        ],
    ),
    (
        "SessionsBackwardCompatibleFormatTest",
        &[
            "testEncoderPrimitive",
            "testEncoderCollections",
            "testNestedClass",
        ],
    ),
    (
        "SessionAuthTest",
        &[
            "testSessionOnly",
            "testSessionAndForm",
            "testSessionWithEmptyValidateRespondsWith401",
        ],
    ),
    (
        "SessionAuthDeferredTest",
        &["sessionIgnoredForNonPublicEndpoints"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_76() {
        let count: usize = CLASSES.iter().map(|(_, tests)| tests.len()).sum();
        assert_eq!(count, 76);
    }
}
