//! How unreliable the sandbox is to be, for tests and demonstrations. Kept in the database, so a restart changes nothing.

use sqlx::{PgExecutor, PgPool};

/// Each is 0 unless it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Milliseconds from an effect to its answer.
    Delay,
    /// Calls that change something and are to fail before they do.
    FailNext,
    /// Calls whose effect happens and whose answer is a failure.
    LoseNext,
    /// Calls that fail before they change anything, and whose failure is kept under their key and told again.
    FailKept,
    /// Calls whose effect happens and under whose key a failure is kept.
    LoseKept,
    /// Percentage of events delivered twice.
    Duplicate,
    /// Percentage of events never delivered.
    Drop,
    /// Events are delivered up to so many milliseconds late, each differently.
    Reorder,
    /// Percentage of deliveries whose signature is wrong or stale; they are repeated like any that failed.
    BadSignature,
}

impl Switch {
    pub const ALL: [Self; 9] = [
        Self::Delay,
        Self::FailNext,
        Self::LoseNext,
        Self::FailKept,
        Self::LoseKept,
        Self::Duplicate,
        Self::Drop,
        Self::Reorder,
        Self::BadSignature,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Delay => "delay_ms",
            Self::FailNext => "fail_next",
            Self::LoseNext => "lose_next",
            Self::FailKept => "fail_kept",
            Self::LoseKept => "lose_kept",
            Self::Duplicate => "duplicate_percent",
            Self::Drop => "drop_percent",
            Self::Reorder => "reorder_ms",
            Self::BadSignature => "bad_signature_percent",
        }
    }
}

/// All of them at one moment.
#[derive(Clone, Debug, Default)]
pub struct Switches(Vec<(String, i32)>);

impl Switches {
    pub async fn read(db: &PgPool) -> sqlx::Result<Self> {
        let rows = sqlx::query!("select name, value from stripe_sandbox.switches where value <> 0");
        Ok(Self(rows.fetch_all(db).await?.into_iter().map(|row| (row.name, row.value)).collect()))
    }

    pub fn get(&self, switch: Switch) -> u64 {
        let found = self.0.iter().find(|(name, _)| name == switch.name());
        found.map_or(0, |(_, value)| u64::try_from(*value).unwrap_or(0))
    }

    /// True for this percentage of the questions.
    pub fn happens(&self, switch: Switch) -> bool {
        let percent = self.get(switch);
        percent > 0 && rand::RngExt::random_range(&mut rand::rng(), 0..100) < percent
    }
}

pub async fn set(db: &PgPool, switch: Switch, value: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into stripe_sandbox.switches (name, value) values ($1, $2)
         on conflict (name) do update set value = excluded.value",
        switch.name(),
        value
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Uses up one of a counted switch.
pub async fn take_one(db: impl PgExecutor<'_>, switch: Switch) -> sqlx::Result<bool> {
    let taken = sqlx::query!(
        "update stripe_sandbox.switches set value = value - 1 where name = $1 and value > 0",
        switch.name()
    );
    Ok(taken.execute(db).await?.rows_affected() > 0)
}
