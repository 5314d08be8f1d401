use axum::extract::State;
use chrono::SubsecRound;

use super::codes::{digest, take_apart};
use super::model::{
    CodeFacts, Invalid, PublicKeys, SignedTranscript, Transcript, Verification, VerifyRequest,
};
use super::{queries, rules};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::error::{Error, Problem, Result};
use crate::http::{Json, Path};
use crate::ids::UserId;
use crate::policy::{Action, Actor};

/// A student's transcript, with a signed code by which anybody can check a copy.
///
/// For the student and admins. Nothing is stored: the code itself says what was issued. That an admin read somebody
/// else's is audited (`transcript_read`).
#[utoipa::path(get, path = "/users/{id}/transcript", tag = "transcripts", params(("id" = UserId, Path)),
    responses((status = 200, body = SignedTranscript), (status = "4XX", body = Problem)))]
pub async fn transcript(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UserId>,
) -> Result<Json<SignedTranscript>> {
    // Others may not know who is a student here: 404 and not 403.
    actor.may(Action::ReadTranscript { student: id }).map_err(|_| Error::NotFound("student"))?;
    let mut tx = app.db.begin().await?;
    let student = queries::student(&mut tx, id).await?.ok_or(Error::NotFound("student"))?;
    let (terms, all) = rules::terms(queries::taken(&mut tx, id).await?, &app.config.institution.grade_scale);
    let transcript = Transcript {
        institution: app.config.institution.institution.clone(),
        student,
        issued_at: app.clock.now().trunc_subsecs(0),
        terms,
        credits_attempted: all.attempted(),
        credits_earned: all.earned(),
        gpa: all.gpa(),
    };
    let signed = signed(&app, transcript)?;
    queries::publish_key(&mut tx, &app.transcripts).await?;
    if actor.id != id {
        audit::record(&mut tx, Entry::by(&actor, "transcript_read").of(id)).await?;
    }
    tx.commit().await?;
    Ok(Json(signed))
}

fn signed(app: &App, transcript: Transcript) -> Result<SignedTranscript> {
    let document = serde_json::to_value(&transcript).map_err(anyhow::Error::from)?;
    let facts = CodeFacts {
        kid: app.transcripts.key_id().to_owned(),
        institution: transcript.institution.clone(),
        full_name: transcript.student.full_name.clone(),
        student_id: transcript.student.student_id.clone(),
        issued_at: transcript.issued_at,
        gpa: transcript.gpa,
        credits_earned: transcript.credits_earned,
        sha256: digest(&document),
    };
    Ok(SignedTranscript { code: app.transcripts.sign(&facts)?, key_id: facts.kid, transcript })
}

/// The public keys under which transcripts are and were signed, newest first.
///
/// For everybody. With them, a code can be checked without this server; see docs/transcripts.md.
#[utoipa::path(get, path = "/transcripts/keys", tag = "transcripts", security(()),
    responses((status = 200, body = PublicKeys), (status = "4XX", body = Problem)))]
pub async fn transcript_keys(State(app): State<App>) -> Result<Json<PublicKeys>> {
    let mut db = app.db.acquire().await?;
    queries::publish_key(&mut db, &app.transcripts).await?;
    Ok(Json(PublicKeys { items: queries::keys(&mut db, &app.transcripts).await? }))
}

/// Check a transcript's code, and whether a transcript is the one that was signed.
///
/// For everybody. Whatever is sent as a code gets 200 with `valid` true or false. It tells what was signed at that
/// time; marks may have changed since.
#[utoipa::path(post, path = "/transcripts/verify", tag = "transcripts", security(()),
    responses((status = 200, body = Verification), (status = "4XX", body = Problem)))]
pub async fn verify_transcript(
    State(app): State<App>,
    Json(request): Json<VerifyRequest>,
) -> Result<Json<Verification>> {
    let invalid = |reason| {
        Json(Verification { valid: false, reason: Some(reason), facts: None, transcript_matches: None })
    };
    let Some(claimed) = take_apart(&request.code) else { return Ok(invalid(Invalid::Malformed)) };
    let Some(key) = queries::key(&app.db, &claimed.facts.kid).await? else {
        return Ok(invalid(Invalid::UnknownKey));
    };
    if !claimed.is_signed_by(&key) {
        return Ok(invalid(Invalid::BadSignature));
    }
    let matches = request.transcript.map(|document| digest(&document.0) == claimed.facts.sha256);
    Ok(Json(Verification {
        valid: true,
        reason: None,
        facts: Some(claimed.facts),
        transcript_matches: matches,
    }))
}
