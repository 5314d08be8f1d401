//! One line of the log: the fields of the original design, as JSON or for a person.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value, json};
use tracing::{Level, Metadata};

use super::statements::{as_db_query, is_statement};
use super::unix_nanoseconds;

#[derive(Serialize)]
pub(super) struct Line {
    timestamp: f64,
    level: &'static str,
    logger: &'static str,
    module: &'static str,
    function: String,
    line: u32,
    message: String,
    trace_id: Value,
    request_id: Value,
    user_id: Value,
    context: Map<String, Value>,
}

impl Line {
    pub fn new(
        metadata: &Metadata<'static>,
        span: Option<&str>,
        mut inherited: Map<String, Value>,
        mut fields: Map<String, Value>,
    ) -> Self {
        if is_statement(metadata) {
            fields = as_db_query(&fields);
        }
        let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
        let critical = fields.remove("critical") == Some(Value::Bool(true));
        let module = metadata.module_path().unwrap_or(metadata.target());
        let mut id = |name: &str| inherited.remove(name).or_else(|| fields.remove(name)).unwrap_or_default();
        let (trace_id, request_id, user_id) = (id("trace_id"), id("request_id"), id("user_id"));
        Self {
            timestamp: (unix_nanoseconds() / 1000) as f64 / 1e6,
            level: match *metadata.level() {
                Level::ERROR if critical => "CRITICAL",
                Level::ERROR => "ERROR",
                Level::WARN => "WARNING",
                Level::INFO => "INFO",
                _ => "DEBUG",
            },
            logger: metadata.target(),
            module: module.rsplit("::").next().unwrap_or(module),
            function: text(fields.remove("function"))
                .or(span.map(str::to_owned))
                .unwrap_or_else(|| module.rsplit("::").next().unwrap_or(module).to_owned()),
            line: metadata.line().unwrap_or(0),
            message: text(fields.remove("message")).unwrap_or_default(),
            trace_id,
            request_id,
            user_id,
            context: nested(fields),
        }
    }

    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// For a person at a terminal: the time of day, what happened, and the rest behind it.
    pub fn readable(&self, colored: bool) -> String {
        let seconds = self.timestamp.rem_euclid(86_400.0);
        let (hour, minute) = (seconds as u32 / 3600, seconds as u32 / 60 % 60);
        let (color, dim, plain) = match self.level {
            _ if !colored => ("", "", ""),
            "DEBUG" => ("\x1b[2m", "\x1b[2m", "\x1b[0m"),
            "INFO" => ("\x1b[32m", "\x1b[2m", "\x1b[0m"),
            "WARNING" => ("\x1b[33m", "\x1b[2m", "\x1b[0m"),
            _ => ("\x1b[1;31m", "\x1b[2m", "\x1b[0m"),
        };
        let (level, module) = (self.level, self.module);
        let mut text = format!(
            "{dim}{hour:02}:{minute:02}:{:06.3}{plain} {color}{level:<8}{plain} {dim}{module:<12}{plain} ",
            seconds % 60.0
        );
        push_printable(&mut text, &self.message);
        text.push_str(dim);
        let ids = [("request_id", &self.request_id), ("user_id", &self.user_id)];
        let ids = ids.into_iter().filter(|(_, id)| !id.is_null());
        for (name, value) in self.context.iter().map(|(name, value)| (name.as_str(), value)).chain(ids) {
            let _ = write!(text, " {name}=");
            match value.as_str() {
                Some(value) => push_printable(&mut text, value),
                None => push_printable(&mut text, &value.to_string()),
            }
        }
        text + plain + "\n"
    }
}

/// `a.b = 1` as `{"a": {"b": 1}}`.
fn nested(fields: Map<String, Value>) -> Map<String, Value> {
    let mut context = Map::new();
    for (name, value) in fields {
        match name.split_once('.') {
            Some((outer, inner)) => {
                let object = context.entry(outer).or_insert_with(|| json!({}));
                if let Some(object) = object.as_object_mut() {
                    object.insert(inner.to_owned(), value);
                }
            }
            None => _ = context.insert(name, value),
        }
    }
    context
}

/// What a text says, and nothing that makes a terminal do something.
fn push_printable(line: &mut String, text: &str) {
    for letter in text.chars() {
        if letter.is_control() { line.extend(letter.escape_default()) } else { line.push(letter) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(level: &'static str) -> Line {
        Line {
            timestamp: 1_705_334_400.123,
            level,
            logger: "uems::courses::routes",
            module: "routes",
            function: "create_course".to_owned(),
            line: 45,
            message: "Course created\x1b[2J\nINFO forged".to_owned(),
            trace_id: "t".into(),
            request_id: "req-1".into(),
            user_id: Value::Null,
            context: Map::from_iter([("capacity".to_owned(), json!(30)), ("path".to_owned(), json!("/a"))]),
        }
    }

    #[test]
    fn a_name_with_a_dot_is_a_member_of_an_object() {
        let fields = Map::from_iter([
            ("a.b".to_owned(), json!(1)),
            ("a.c.d".to_owned(), json!(2)),
            ("e".to_owned(), json!(3)),
        ]);
        assert_eq!(Value::Object(nested(fields)), json!({ "a": { "b": 1, "c.d": 2 }, "e": 3 }));
    }

    #[test]
    fn a_readable_line_is_one_line_with_its_facts() {
        assert_eq!(
            line("INFO").readable(false),
            "16:00:00.123 INFO     routes       Course created\\u{1b}[2J\\nINFO forged capacity=30 path=/a request_id=req-1\n"
        );
        assert!(line("CRITICAL").readable(true).contains("\x1b[1;31mCRITICAL\x1b[0m"));
    }

    #[test]
    fn a_json_line_has_every_field_of_the_design() {
        let line: Value = serde_json::from_str(&line("INFO").json()).unwrap();
        assert_eq!(
            line,
            json!({
                "timestamp": 1_705_334_400.123, "level": "INFO", "logger": "uems::courses::routes", "module": "routes",
                "function": "create_course", "line": 45, "message": "Course created\u{1b}[2J\nINFO forged",
                "trace_id": "t", "request_id": "req-1", "user_id": null, "context": { "capacity": 30, "path": "/a" },
            })
        );
    }
}
