//! Connections by link name: services, credentials, sign-in flows, the vault.
