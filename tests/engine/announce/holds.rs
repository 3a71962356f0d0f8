//! What holds announcements back, and the digest afterwards.
