use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::canonical::Document;
use crate::terms::Semester;

/// What a student has taken and made. The digest in the code is of this, in its canonical spelling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Transcript {
    pub institution: String,
    pub student: TranscriptStudent,
    /// In whole seconds.
    pub issued_at: DateTime<Utc>,
    /// Oldest first.
    pub terms: Vec<TranscriptTerm>,
    /// Of completed courses.
    #[schema(value_type = String, example = "64.00")]
    pub credits_attempted: Decimal,
    /// Of completed courses that were passed: whose letter is worth points.
    #[schema(value_type = String, example = "60.00")]
    pub credits_earned: Decimal,
    /// Points of all completed courses, weighted by credits; `null` without any.
    #[schema(value_type = Option<String>, example = "3.42")]
    pub gpa: Option<Decimal>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TranscriptStudent {
    pub full_name: String,
    /// The student number.
    pub student_id: Option<String>,
    pub department: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TranscriptTerm {
    pub semester: Semester,
    pub year: i32,
    /// By code and section.
    pub courses: Vec<TranscriptCourse>,
    #[schema(value_type = String, example = "16.00")]
    pub credits_attempted: Decimal,
    #[schema(value_type = String, example = "16.00")]
    pub credits_earned: Decimal,
    #[schema(value_type = Option<String>, example = "3.51")]
    pub gpa: Option<Decimal>,
    /// Of this term and all before it.
    #[schema(value_type = Option<String>, example = "3.42")]
    pub cumulative_gpa: Option<Decimal>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TranscriptCourse {
    pub code: String,
    pub section: String,
    pub name: String,
    #[schema(value_type = String, example = "4.00")]
    pub credits: Decimal,
    pub status: CourseStatus,
    /// The final percentage, once the course is completed.
    #[schema(value_type = Option<String>, example = "91.25")]
    pub percent: Option<Decimal>,
    #[schema(example = "A-")]
    pub letter: Option<String>,
    #[schema(value_type = Option<String>, example = "3.70")]
    pub points: Option<Decimal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CourseStatus {
    Completed,
    InProgress,
    /// Dropped after the term's drop deadline; counts for nothing.
    Withdrawn,
}

/// A transcript with its code.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignedTranscript {
    pub transcript: Transcript,
    /// `UEMS1.<payload>.<signature>`, to be printed on the transcript.
    #[schema(example = "UEMS1.eyJ…")]
    pub code: String,
    /// The key that signed it; see `GET /transcripts/keys`.
    #[schema(example = "0f3a5c6d7e8f9a0b")]
    pub key_id: String,
}

/// What a code says; its payload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeFacts {
    /// The key that signed it.
    pub kid: String,
    pub institution: String,
    pub full_name: String,
    pub student_id: Option<String>,
    pub issued_at: DateTime<Utc>,
    #[schema(value_type = Option<String>, example = "3.42")]
    pub gpa: Option<Decimal>,
    #[schema(value_type = String, example = "60.00")]
    pub credits_earned: Decimal,
    /// SHA-256 of the transcript's canonical JSON, in hexadecimal digits.
    pub sha256: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// As printed; spaces and line ends do not count.
    pub code: String,
    /// The `transcript` of `GET /users/{id}/transcript`, to be compared with the code.
    #[schema(value_type = Option<Object>)]
    pub transcript: Option<Document>,
}

/// Whether a code is ours, and what it says.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Verification {
    pub valid: bool,
    /// Why not; `null` when it is valid.
    pub reason: Option<Invalid>,
    /// What was signed; `null` unless it is valid.
    pub facts: Option<CodeFacts>,
    /// Whether the transcript that was sent is the one that was signed; `null` without one, or unless the code is valid.
    pub transcript_matches: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Invalid {
    /// It does not have the form of a code, or not all of it is there.
    Malformed,
    /// It names a key that never was ours.
    UnknownKey,
    /// Something in it was changed, or it was not signed here.
    BadSignature,
}

/// A key under which transcripts are or were signed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicKey {
    #[schema(example = "0f3a5c6d7e8f9a0b")]
    pub kid: String,
    #[schema(example = "Ed25519")]
    pub algorithm: &'static str,
    /// 32 bytes in base64url.
    pub public_key: String,
    /// The same as `openssl` reads it.
    pub pem: String,
    pub first_used_at: DateTime<Utc>,
    /// Whether new transcripts are signed with it.
    pub is_current: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublicKeys {
    /// Newest first.
    pub items: Vec<PublicKey>,
}
