//! One HTTP client for every outgoing request.
