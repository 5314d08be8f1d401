//! Transcripts: what a student has taken and made, with a signed code by which anybody can check a copy.

mod canonical;
mod codes;
mod model;
mod queries;
mod routes;
mod rules;

pub use canonical::canonical;
pub use codes::{Signer, derived_seed, read_seed};
pub use routes::{
    __path_transcript, __path_transcript_keys, __path_verify_transcript, transcript, transcript_keys,
    verify_transcript,
};
