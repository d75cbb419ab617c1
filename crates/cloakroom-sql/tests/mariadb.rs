//! A MariaDB server.

#![cfg(feature = "mysql")]

mod mariadb {
    mod fixture;
    mod suite;
}
