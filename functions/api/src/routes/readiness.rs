//! What the scheduled readiness runs found.
