//! Keys, key ring, subkeys, sealing and signing for cloakroom. Knows no session.
