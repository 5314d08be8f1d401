use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row};

use super::chain::Link;
use super::model::{AuditEntry, AuditFilter, Entry, PersonRef};
use crate::courses::CourseRef;
use crate::error::Result;
use crate::http::page::{Page, Window};
use crate::http::request_log::current_request_id;

/// Writes an entry; a trigger gives it its place in the chain. The last statement before the commit.
pub async fn record(db: &mut PgConnection, entry: Entry) -> Result<()> {
    let Entry { actor, action, subject, object, facts } = entry;
    sqlx::query!(
        "insert into audit_log (actor_id, actor_role, action, subject_id, object_type, object_id, facts, request_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        actor.map(|(id, _)| id.0),
        actor.map(|(_, role)| role.as_str()),
        action,
        subject.map(|id| id.0),
        object.map(|(kind, _)| kind),
        object.map(|(_, id)| id),
        facts,
        current_request_id()
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn list(db: &PgPool, filter: &AuditFilter) -> Result<Page<AuditEntry>> {
    let window = Window::new(filter.page, filter.page_size)?;
    let mut count = QueryBuilder::new("select count(*) from audit_log l");
    filtered(&mut count, filter);
    let mut rows = QueryBuilder::new(
        "select l.id, l.at, l.actor_id, a.full_name as actor_name, l.actor_role, l.action, l.subject_id,
             s.full_name as subject_name, l.object_type, l.object_id, c.id as course_id, c.code, c.section, c.name,
             l.facts, l.request_id, encode(l.hash, 'hex') as hash
         from audit_log l left join users a on a.id = l.actor_id left join users s on s.id = l.subject_id
             left join enrollments e on l.object_type = 'enrollment' and e.id = l.object_id
             left join courses c on c.id = coalesce(e.course_id, l.object_id)",
    );
    filtered(&mut rows, filter);
    rows.push(" order by l.id desc limit ").push_bind(window.size);
    rows.push(" offset ").push_bind(window.offset());

    let total = count.build_query_scalar::<i64>().fetch_one(db).await?;
    let rows = rows.build().fetch_all(db).await?;
    Ok(window.of(rows.iter().map(entry).collect::<Result<_, sqlx::Error>>()?, total))
}

fn filtered(query: &mut QueryBuilder<Postgres>, filter: &AuditFilter) {
    query.push(" where true");
    if let Some(actor) = filter.actor_id {
        query.push(" and l.actor_id = ").push_bind(actor.0);
    }
    if let Some(subject) = filter.subject_id {
        query.push(" and l.subject_id = ").push_bind(subject.0);
    }
    if let Some(object) = filter.object_id {
        query.push(" and l.object_id = ").push_bind(object);
    }
    if let Some(action) = &filter.action {
        query.push(" and l.action = ").push_bind(action.clone());
    }
    if let Some(from) = filter.from {
        query.push(" and l.at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        query.push(" and l.at < ").push_bind(until);
    }
}

fn entry(row: &PgRow) -> Result<AuditEntry, sqlx::Error> {
    let person = |id: &str, name: &str| -> Result<Option<PersonRef>, sqlx::Error> {
        Ok(match row.try_get(id)? {
            Some(id) => Some(PersonRef { id, full_name: row.try_get(name)? }),
            None => None,
        })
    };
    Ok(AuditEntry {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        actor: person("actor_id", "actor_name")?,
        actor_role: row.try_get("actor_role")?,
        action: row.try_get("action")?,
        subject: person("subject_id", "subject_name")?,
        object_type: row.try_get("object_type")?,
        object_id: row.try_get("object_id")?,
        course: match row.try_get("course_id")? {
            Some(id) => Some(CourseRef {
                id,
                code: row.try_get("code")?,
                section: row.try_get("section")?,
                name: row.try_get("name")?,
            }),
            None => None,
        },
        facts: row.try_get("facts")?,
        request_id: row.try_get("request_id")?,
        hash: row.try_get("hash")?,
    })
}

/// The chain's next entries after one, as they are stored, in the texts that are hashed.
pub(super) async fn links(db: &PgPool, after: i64, most: i64) -> sqlx::Result<Vec<Link>> {
    sqlx::query_as!(
        Link,
        r#"select id, (extract(epoch from at) * 1000000)::bigint as "micros!", actor_id::text, actor_role, action,
               subject_id::text, object_type, object_id::text, facts::text as "facts!", request_id, previous, hash
           from audit_log where id > $1 order by id limit $2"#,
        after,
        most
    )
    .fetch_all(db)
    .await
}
