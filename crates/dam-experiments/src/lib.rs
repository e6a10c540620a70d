//! dam-core
